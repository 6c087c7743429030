"""The school's people: teachers and pupils of many places, the same person under the same user id in every class."""

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Person:
    """`user_id` is None for who joined by a link that names nobody; `phone` marks a SIP caller."""

    name: str
    user_id: str | None
    phone: bool = False


WANJIRU = Person("Wanjiru Kamau", "teacher-wanjiru")
TOMAS = Person("Tomás Echeverría Lindqvist", "teacher-tomas")
HASSAN = Person("Dr. Hassan Al-Masri", "teacher-hassan")
INGRID = Person("Ingrid Sørensen", "teacher-ingrid")
ACHIENG = Person("Achieng’ Otieno-Whitfield", "teacher-achieng")
CHEN = Person("陈伟 (Chen Wei)", "teacher-chen")
LAYLA = Person("ليلى عبد الرحمن الخطيب", "teacher-layla")
GRACE = Person("Grace Ndung’u", "teacher-grace")
RAVI = Person("Ravi Subramaniam", "teacher-ravi")
TEACHERS = (WANJIRU, TOMAS, HASSAN, INGRID, ACHIENG, CHEN, LAYLA, GRACE, RAVI)

CALLER = Person("+254 722 ••• 418", "sip-254722000418", phone=True)
VISITOR = Person("Guest", None)

_PUPILS = (
    "Aarav Krishnamurthy",
    "Amina Abdirahman Yusuf",
    "Maximiliana Alejandra Fernández de Córdoba y Valenzuela",
    "Nguyễn Thị Minh Khai",
    "Łukasz Wróblewski",
    "Chukwuemeka Oluwaseun Adeyemi",
    "Søren Nygaard",
    "Priya Venkataraman",
    "林美玲",
    "Kwame Mensah",
    "Oleksandra Kovalenko",
    "Liam O’Sullivan",
    "فاطمة الزهراء بنت محمد الإدريسي",
    "Noah Goldberg",
    "佐藤 健太",
    "Zawadi Mwangi",
    "Þórdís Guðmundsdóttir",
    "Trần Đức Anh",
    "김서연",
    "Mateus Henrique Albuquerque de Vasconcelos e Sousa",
    "נועה בן־דוד",
    "Elif Yıldız",
    "आरव शर्मा",
    "Ayodele Bankole",
    "Ngaio Te Whare",
    "Phạm Ngọc Quỳnh Như",
    "Ömer Faruk Şahin",
    "Jean-Baptiste N’Guessan",
    "Wairimũ Gĩtaũ",
    "ณัฐวุฒิ ศรีสุวรรณ",
    "Saoirse Ní Bhriain",
    "محمد رضا حسینی",
    "Bao",
    "ሰላም ተስፋዬ",
    "Δήμητρα Παπαδοπούλου",
    "Екатерина Смирнова-Вознесенская",
    "Inés de la Peña",
    "Mpho Tshabalala",
    "Camille Lefèvre",
    "Isak Åkerlund",
)
_GIVEN = (  # noqa: SIM905 - one name a line reads worse
    "Abena Adil Aiko Akinyi Alba Amara Anouk Arjun Asha Baraka Beatriz Bogdan Carlos Chiara Dalia Daud Dewi Duc "
    "Eun-ji Farah Fatou Gabriel Halima Hana Hugo Imani Ivana Jamal Jelena Juma Kaito Kamala Khadija Lars Leila "
    "Lindiwe Lucía Mahmoud Mai Malaika Marta Mei Milan Muthoni Nadia Niamh Nikolai Njeri Olga Omar Oscar Paloma "
    "Peter Rania Rohan Rosa Samir Sibusiso Sofia Tarik Thandiwe Thu Uma Viktor Wafula Yara Yusuf Zainab Zoë"
).split()
_FAMILY = (  # noqa: SIM905
    "Abdi Achieng Adeleke Ahmed Alvarez Andersson Banerjee Barzani Bui Castillo Chebet Chen Cissé Dang Diallo "
    "Dlamini Dubois Eze Fischer García Gupta Haddad Hansen Ibrahim Ito Jensen Kamande Kariuki Khan Kim Kiptoo "
    "Kovács Le Lindgren Lopes Maina Mbeki Meyer Moreau Müller Mutua Nair Ndiaye Nowak Ochieng Odhiambo Okafor "
    "Omondi Onyango Park Patel Petrov Pham Reyes Rossi Santos Sato Silva Singh Tadesse Tanaka Touré Tran "
    "Wafula Wangari Wekesa Yamamoto Yilmaz Zhang Zulu"
).split()


@cache
def pupil(number: int) -> Person:
    """Pupil `number` of the school, from 0; any number has a name and a user id of its own."""
    if number < len(_PUPILS):
        name = _PUPILS[number]
    else:
        # Steps that share no factor with the list lengths, so that names repeat as late as they can.
        name = f"{_GIVEN[number * 37 % len(_GIVEN)]} {_FAMILY[number * 53 % len(_FAMILY)]}"
    return Person(name, f"student-{number + 1:04d}")


def pupils(count: int, first: int = 0) -> list[Person]:
    """`count` pupils from number `first` on."""
    return [pupil(first + number) for number in range(count)]
