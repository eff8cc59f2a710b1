"""Long-term and passing illnesses of the demo patients, each with what usually goes with it."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random


@dataclass(frozen=True, slots=True)
class Medicine:
    text: str
    rxnorm: str  # ingredient
    ingredient: str
    how: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A value that is followed: where it tends to start, how far it drifts to the present, and its noise."""

    loinc: str
    name: str
    unit: str
    code: str
    typical: float
    drift: float
    noise: float
    digits: int = 1
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Disease:
    key: str
    name: str
    snomed: str
    snomed_name: str
    icd10: str
    ages: tuple[int, int]
    share: float  # at the middle of the age range
    medicines: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    sex: str = ""
    needs: tuple[str, ...] = ()  # likelier with these
    lasting: bool = True
    department: str = "primary-care"


@dataclass(frozen=True, slots=True)
class Illness:
    """A disease that one person has, since when."""

    key: str
    since: date
    until: date | None = None


MEDICINES = {
    "lisinopril": Medicine("Lisinopril 20 mg tablet", "29046", "lisinopril", "1 tablet by mouth once a day"),
    "amlodipine": Medicine("Amlodipine 5 mg tablet", "17767", "amlodipine", "1 tablet by mouth once a day"),
    "losartan": Medicine("Losartan 50 mg tablet", "52175", "losartan", "1 tablet by mouth once a day"),
    "metformin": Medicine(
        "Metformin 1 g tablet", "6809", "metformin", "1 tablet by mouth twice a day with food"
    ),
    "empagliflozin": Medicine(
        "Empagliflozin 10 mg tablet", "1545653", "empagliflozin", "1 tablet by mouth each morning"
    ),
    "glargine": Medicine(
        "Insulin glargine 100 units/mL pen",
        "274783",
        "insulin glargine",
        "18 units under the skin at bedtime",
    ),
    "atorvastatin": Medicine(
        "Atorvastatin 40 mg tablet", "83367", "atorvastatin", "1 tablet by mouth at bedtime"
    ),
    "furosemide": Medicine("Furosemide 40 mg tablet", "4603", "furosemide", "1 tablet by mouth each morning"),
    "sacubitril": Medicine(
        "Sacubitril/valsartan 49/51 mg tablet", "1656328", "sacubitril", "1 tablet by mouth twice a day"
    ),
    "carvedilol": Medicine(
        "Carvedilol 12.5 mg tablet", "20352", "carvedilol", "1 tablet by mouth twice a day with food"
    ),
    "spironolactone": Medicine(
        "Spironolactone 25 mg tablet", "9997", "spironolactone", "1 tablet by mouth once a day"
    ),
    "apixaban": Medicine("Apixaban 5 mg tablet", "1364430", "apixaban", "1 tablet by mouth twice a day"),
    "metoprolol": Medicine(
        "Metoprolol succinate 50 mg tablet", "6918", "metoprolol", "1 tablet by mouth once a day"
    ),
    "aspirin": Medicine("Aspirin 81 mg tablet", "1191", "aspirin", "1 tablet by mouth once a day"),
    "albuterol": Medicine(
        "Albuterol inhaler 90 mcg", "435", "albuterol", "2 puffs every 4 to 6 hours as needed"
    ),
    "fluticasone": Medicine(
        "Fluticasone inhaler 110 mcg", "41126", "fluticasone", "2 puffs twice a day; rinse mouth"
    ),
    "tiotropium": Medicine("Tiotropium inhaler 2.5 mcg", "69120", "tiotropium", "2 puffs once a day"),
    "sertraline": Medicine("Sertraline 100 mg tablet", "36437", "sertraline", "1 tablet by mouth once a day"),
    "escitalopram": Medicine(
        "Escitalopram 10 mg tablet", "321988", "escitalopram", "1 tablet by mouth once a day"
    ),
    "trazodone": Medicine("Trazodone 50 mg tablet", "10737", "trazodone", "1 tablet by mouth at bedtime"),
    "levothyroxine": Medicine(
        "Levothyroxine 75 mcg tablet",
        "10582",
        "levothyroxine",
        "1 tablet by mouth each morning, empty stomach",
    ),
    "omeprazole": Medicine(
        "Omeprazole 20 mg capsule", "7646", "omeprazole", "1 capsule by mouth before breakfast"
    ),
    "acetaminophen": Medicine(
        "Acetaminophen 500 mg tablet", "161", "acetaminophen", "2 tablets by mouth every 8 hours as needed"
    ),
    "ibuprofen": Medicine(
        "Ibuprofen 400 mg tablet", "5640", "ibuprofen", "1 tablet by mouth every 8 hours with food as needed"
    ),
    "sumatriptan": Medicine(
        "Sumatriptan 50 mg tablet", "37418", "sumatriptan", "1 tablet by mouth at the start of a headache"
    ),
    "iron": Medicine(
        "Ferrous sulfate 325 mg tablet", "24947", "ferrous sulfate", "1 tablet by mouth every other day"
    ),
    "methotrexate": Medicine(
        "Methotrexate 2.5 mg tablet", "6851", "methotrexate", "6 tablets by mouth once a week"
    ),
    "folic": Medicine("Folic acid 1 mg tablet", "4511", "folic acid", "1 tablet by mouth once a day"),
    "infliximab": Medicine(
        "Infliximab 5 mg/kg infusion", "191831", "infliximab", "by infusion every 8 weeks"
    ),
    "methylphenidate": Medicine(
        "Methylphenidate ER 18 mg tablet", "6901", "methylphenidate", "1 tablet by mouth each morning"
    ),
    "cetirizine": Medicine("Cetirizine 10 mg tablet", "20610", "cetirizine", "1 tablet by mouth once a day"),
    "hydrocortisone": Medicine(
        "Hydrocortisone 1 % cream", "5492", "hydrocortisone", "thin layer to the rash twice a day"
    ),
    "amoxicillin": Medicine(
        "Amoxicillin 400 mg/5 mL suspension", "723", "amoxicillin", "by mouth twice a day for 10 days"
    ),
    "allopurinol": Medicine(
        "Allopurinol 100 mg tablet", "519", "allopurinol", "1 tablet by mouth once a day"
    ),
    "alendronate": Medicine(
        "Alendronate 70 mg tablet", "46041", "alendronate", "1 tablet by mouth once a week"
    ),
}
MEASURES = {
    "weight": Measure("29463-7", "Weight", "kg", "kg", 78.0, 1.0, 0.8),
    "systolic": Measure("8480-6", "Systolic blood pressure", "mmHg", "mm[Hg]", 136, -4, 7, 0, None, 140),
    "diastolic": Measure("8462-4", "Diastolic blood pressure", "mmHg", "mm[Hg]", 82, -2, 5, 0, None, 90),
    "a1c": Measure("4548-4", "HbA1c", "%", "%", 8.1, -0.4, 0.3, 1, None, 7.0),
    "ldl": Measure("13457-7", "LDL cholesterol", "mg/dL", "mg/dL", 128, -18, 12, 0, None, 130),
    "creatinine": Measure("2160-0", "Creatinine", "mg/dL", "mg/dL", 1.5, 0.1, 0.08, 2, 0.6, 1.2),
    "egfr": Measure("98979-8", "eGFR", "mL/min/1.73 m²", "mL/min/{1.73_m2}", 48, -3, 2, 0, 60, None),
    "potassium": Measure("2823-3", "Potassium", "mmol/L", "mmol/L", 4.5, 0.1, 0.25, 1, 3.5, 5.1),
    "hemoglobin": Measure("718-7", "Hemoglobin", "g/dL", "g/dL", 10.6, 1.1, 0.4, 1, 12.0, 16.0),
    "ferritin": Measure("2276-4", "Ferritin", "ng/mL", "ng/mL", 9, 14, 3, 0, 15, 150),
    "tsh": Measure("3016-3", "TSH", "mIU/L", "m[IU]/L", 4.6, -1.4, 0.4, 2, 0.4, 4.5),
    "ntprobnp": Measure("33762-6", "NT-proBNP", "pg/mL", "pg/mL", 1250, -300, 160, 0, None, 450),
    "phq9": Measure("44261-6", "PHQ-9 score", "score", "{score}", 15, -6, 1.6, 0, None, 9),
    "gad7": Measure("70274-6", "GAD-7 score", "score", "{score}", 13, -5, 1.5, 0, None, 9),
    "crp": Measure("1988-5", "C-reactive protein", "mg/L", "mg/L", 18, -9, 3, 1, None, 5),
    "urate": Measure("3084-1", "Uric acid", "mg/dL", "mg/dL", 8.2, -1.6, 0.4, 1, None, 7.0),
    "spo2": Measure("59408-5", "Oxygen saturation", "%", "%", 94, 0, 1, 0, 95, None),
}

_D = Disease
DISEASES: tuple[Disease, ...] = (
    _D("hypertension", "High blood pressure", "38341003", "Hypertensive disorder", "I10", (30, 99), 0.42, ("lisinopril|losartan", "amlodipine?"), ("systolic", "diastolic")),
    _D("diabetes", "Type 2 diabetes", "44054006", "Diabetes mellitus type 2", "E11.9", (32, 95), 0.19, ("metformin", "empagliflozin?", "glargine?"), ("a1c", "weight")),
    _D("lipids", "High cholesterol", "55822004", "Hyperlipidemia", "E78.5", (38, 95), 0.27, ("atorvastatin",), ("ldl",)),
    _D("heart-failure", "Heart failure", "84114007", "Heart failure", "I50.22", (52, 95), 0.07, ("furosemide", "sacubitril", "carvedilol", "spironolactone?"),
       ("weight", "ntprobnp", "potassium"), needs=("hypertension",), department="cardiology"),
    _D("afib", "Atrial fibrillation", "49436004", "Atrial fibrillation", "I48.91", (55, 95), 0.07, ("apixaban", "metoprolol"), (), needs=("hypertension",), department="cardiology"),
    _D("coronary", "Coronary artery disease", "53741008", "Coronary arteriosclerosis", "I25.10", (48, 95), 0.08, ("aspirin", "atorvastatin", "metoprolol"), ("ldl",),
       needs=("lipids", "hypertension"), department="cardiology"),
    _D("kidney", "Chronic kidney disease, stage 3", "433144002", "Chronic kidney disease stage 3", "N18.30", (50, 95), 0.08, (), ("creatinine", "egfr", "potassium"), needs=("diabetes", "hypertension")),
    _D("copd", "COPD", "13645005", "Chronic obstructive lung disease", "J44.9", (48, 92), 0.07, ("tiotropium", "albuterol"), ("spo2",)),
    _D("asthma", "Asthma", "195967001", "Asthma", "J45.909", (3, 70), 0.12, ("albuterol", "fluticasone?"), ()),
    _D("depression", "Depression", "35489007", "Depressive disorder", "F32.A", (15, 80), 0.15, ("sertraline|escitalopram",), ("phq9",), department="behavioral-health"),
    _D("anxiety", "Anxiety", "197480006", "Anxiety disorder", "F41.9", (14, 75), 0.14, ("escitalopram?",), ("gad7",), department="behavioral-health"),
    _D("insomnia", "Insomnia", "193462001", "Insomnia", "G47.00", (25, 85), 0.06, ("trazodone?",), ()),
    _D("thyroid", "Hypothyroidism", "40930008", "Hypothyroidism", "E03.9", (28, 90), 0.07, ("levothyroxine",), ("tsh",)),
    _D("reflux", "Acid reflux", "235595009", "Gastroesophageal reflux disease", "K21.9", (25, 90), 0.13, ("omeprazole",), ()),
    _D("knee", "Knee arthritis", "239873007", "Osteoarthritis of knee", "M17.9", (48, 95), 0.17, ("acetaminophen",), ()),
    _D("back-pain", "Low back pain", "279039007", "Low back pain", "M54.50", (22, 75), 0.13, ("ibuprofen",), ()),
    _D("migraine", "Migraine", "37796009", "Migraine", "G43.909", (15, 60), 0.09, ("sumatriptan",), ()),
    _D("anemia", "Iron deficiency anemia", "87522002", "Iron deficiency anemia", "D50.9", (16, 85), 0.07, ("iron",), ("hemoglobin", "ferritin"), department="infusion"),
    _D("arthritis", "Rheumatoid arthritis", "69896004", "Rheumatoid arthritis", "M06.9", (28, 80), 0.025, ("methotrexate", "folic"), ("crp",), department="infusion"),
    _D("crohns", "Crohn's disease", "34000006", "Crohn's disease", "K50.90", (17, 60), 0.02, ("infliximab",), ("crp", "hemoglobin"), department="infusion"),
    _D("ptsd", "Post-traumatic stress", "47505003", "Posttraumatic stress disorder", "F43.10", (18, 80), 0.04, ("sertraline",), (), department="behavioral-health"),
    _D("gout", "Gout", "90560007", "Gout", "M10.9", (40, 85), 0.05, ("allopurinol",), ("urate",), sex="male"),
    _D("bones", "Osteoporosis", "64859006", "Osteoporosis", "M81.0", (60, 95), 0.13, ("alendronate",), (), sex="female"),
    _D("sleep-apnea", "Sleep apnea", "78275009", "Obstructive sleep apnea syndrome", "G47.33", (32, 80), 0.09, (), ()),
    _D("obesity", "Obesity", "414916001", "Obesity", "E66.9", (14, 80), 0.18, (), ("weight",)),
    _D("adhd", "ADHD", "406506008", "Attention deficit hyperactivity disorder", "F90.9", (6, 24), 0.08, ("methylphenidate",), (), department="behavioral-health"),
    _D("eczema", "Eczema", "24079001", "Atopic dermatitis", "L20.9", (0, 17), 0.12, ("hydrocortisone",), ()),
    _D("allergies", "Seasonal allergies", "61582004", "Allergic rhinitis", "J30.9", (4, 60), 0.14, ("cetirizine",), ()),
    _D("ear", "Ear infection", "65363002", "Otitis media", "H66.90", (0, 8), 0.22, ("amoxicillin",), (), lasting=False),
    _D("bronchitis", "Acute bronchitis", "10509002", "Acute bronchitis", "J20.9", (10, 90), 0.07, (), (), lasting=False),
    _D("ankle", "Sprained ankle", "44465007", "Sprain of ankle", "S93.409A", (9, 60), 0.05, ("ibuprofen",), (), lasting=False),
)  # fmt: skip
BY_KEY = {each.key: each for each in DISEASES}


def draw_illnesses(rng: Random, age: int, sex: str, today: date) -> list[Illness]:
    """Return what a person of this age and sex has; companions of what they have already are likelier."""
    found: list[Illness] = []
    have: set[str] = set()
    for disease in DISEASES:
        low, high = disease.ages
        if not low <= age <= high or (disease.sex and disease.sex != sex):
            continue
        middle, half = (low + high) / 2, (high - low) / 2
        share = disease.share * (1.35 - 0.7 * abs(age - middle) / half if half else 1)
        if disease.needs:
            share *= 2.2 if have.intersection(disease.needs) else 0.25
        if rng.random() < share:
            have.add(disease.key)
            found.append(_illness(rng, disease, age, today))
    return found


def _illness(rng: Random, disease: Disease, age: int, today: date) -> Illness:
    if not disease.lasting:
        began = today - timedelta(days=rng.randrange(30, 330))
        if age < 1:
            began = today - timedelta(days=rng.randrange(12, 25))
        return Illness(disease.key, began, began + timedelta(days=rng.randrange(9, 12)))
    years = min(rng.uniform(0.3, 14), max(age - disease.ages[0], 0) * 0.9)
    return Illness(disease.key, today - timedelta(days=max(20, int(years * 365))))
