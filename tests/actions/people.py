"""People for tests: made up, from a seed."""

import random
from datetime import date, timedelta

FAMILIES = """Abara Aguilar Alvarez Anderson Baker Barnes Bennett Brandt Brooks Campbell Castillo Castro Chavez Chen Coleman Collins
Cooper Cruz Davis Delgado Diaz Dube Edwards Evans Fernandez Fisher Flores Foster Garcia Gomez Gonzalez Gray Green Gutierrez
Haddad Hall Hassan Hernandez Hill Howard Hughes Ibrahim Ivanova Jackson James Jenkins Jimenez Johnson Kelly Khan Kim King
Kowalski Lee Lewis Lind Lopez Martin Martinez Mendoza Miller Mitchell Moore Morales Morgan Murphy Nguyen Novak Obi Okafor
O'Brien Ortiz Osei Park Patel Perez Perry Peterson Petrova Phillips Powell Price Ramirez Ramos Reyes Reynolds Richardson
Rivera Roberts Robinson Rodriguez Rogers Romero Ross Ruiz Russell Sanchez Sanders Santos Schmidt Scott Silva Simmons Singh
Smith Stewart Sullivan Taylor Thompson Torres Tran Turner Vargas Vasquez Walker Ward Washington Watson Weiss White Williams
Wilson Wood Wright Young Zimmerman De-la-Cruz Van-Dyke McDonald Peña Núñez Muñoz""".split()
GIVENS = """Aaron Abigail Ada Adam Alejandro Alice Amelia Amina Ana Andrea Andrew Anita Antonio Aria Arthur Beatriz Benjamin
Bianca Brenda Brian Camila Carlos Carmen Caroline Cecilia Charles Chidi Christopher Clara Daniel Daniela David Deborah
Diego Diana Dorothy Edward Elena Elias Elizabeth Emily Emma Eric Esther Eva Fatima Fernando Frances Gabriel George Gloria
Grace Gregory Hannah Hector Helen Henry Hugo Ibrahim Irena Isaac Isabel Ivan James Jasmine Javier Jennifer Jessica Joan
Jonah Jorge Joseph Joshua Juan Julia Karen Katherine Kenneth Kevin Kwame Laura Leonard Liam Lidia Linda Lucía Luis Magda
Manuel Marcus Margaret Maria Mariana Marisol Mark Martha Matthew Megan Michael Miguel Minh Monica Nadia Nancy Natalie
Nicholas Nora Oliver Olga Omar Oscar Pamela Patricia Paul Pedro Peter Pilar Priya Rachel Rafael Ramon Raymond Rebecca
Ricardo Robert Rosa Ruben Ruth Samir Samuel Sandra Sara Sofia Stephen Susan Teresa Thandi Thomas Victor Victoria Vincent
Walter Wendy William Xavier Yolanda Yusuf Zoe José María Inés""".split()  # fmt: skip


def a_patient(number: int, chance: random.Random) -> dict:
    family = chance.choice(FAMILIES).replace("-", " ")
    if chance.random() < 0.25:
        family += " " + chance.choice(FAMILIES).replace("-", " ")
    given = [chance.choice(GIVENS)]
    if chance.random() < 0.4:
        given.append(chance.choice(GIVENS))
    born = date(1930, 1, 1) + timedelta(days=chance.randrange(34_000))
    names = [{"use": "official", "family": family, "given": given}]
    if chance.random() < 0.1:
        names.append({"use": "maiden", "family": chance.choice(FAMILIES), "given": given})
    return {
        "resourceType": "Patient",
        "id": f"p{number:06}",
        "active": True,
        "identifier": [{
            "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]},
            "system": "urn:waypost:mrn",
            "value": f"{number:06}",
        }],
        "name": names,
        "telecom": [{"system": "phone", "value": f"(202) 555-{number % 10000:04}", "use": "mobile"}],
        "gender": chance.choice(["female", "male"]),
        "birthDate": born.isoformat(),
    }  # fmt: skip
