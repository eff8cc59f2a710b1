"""What can be booked: who and what each visit needs for which of its minutes, and how people prepare, in two languages."""

from waypost.demo.fhir import Json


def _step(role: str, can: str, start: int, minutes: int, *, before: int = 0, after: int = 0) -> Json:
    return {"role": role, "can": [can], "start": start, "minutes": minutes, "before": before, "after": after}


def _room(can: str, minutes: int, *, before: int = 0, after: int = 5) -> Json:
    return _step("room", can, 0, minutes, before=before, after=after)


def _type(
    code: str,
    name: tuple[str, str],
    department: str,
    minutes: int,
    steps: list[Json],
    *,
    early: int = 10,
    order: bool = False,
    telehealth: bool = False,
    capacity: int = 1,
    prepare: tuple[str, str] = ("", ""),
) -> Json:
    return {
        "code": code,
        "name": {"en": name[0], "es": name[1]},
        "department": department,
        "minutes": minutes,
        "steps": steps,
        "arrive_early": early,
        "order_required": order,
        "telehealth": telehealth,
        "capacity": capacity,
        "grace": 15,
        "preparation": {"en": prepare[0], "es": prepare[1]},
    }


_BRING_PILLS = (
    "Bring all of your pill bottles. Bring a list of your questions.",
    "Traiga todos sus frascos de pastillas. Traiga una lista de sus preguntas.",
)
_FIRST_VISIT = (
    "Bring a photo ID, your insurance card and all of your pill bottles. No card? Come anyway. We can help.",
    "Traiga una identificación con foto, su tarjeta del seguro y todos sus frascos de pastillas. ¿No tiene tarjeta? Venga de todos modos. Podemos ayudarle.",
)
_FASTING = (
    "Do not eat after midnight. You may drink water. Ask us about your diabetes pills.",
    "No coma nada desde la medianoche. Puede beber agua. Pregúntenos por sus pastillas para la diabetes.",
)
_ECHO = (
    "You can eat and drink. Wear a top that opens in front. Bring a list of your pills.",
    "Puede comer y beber. Use ropa que se abra por delante. Traiga una lista de sus pastillas.",
)
_STRESS = (
    "Do not eat for 3 hours before. No coffee or tea that day. Wear walking shoes. Ask us which pills to take.",
    "No coma nada 3 horas antes. No tome café ni té ese día. Use zapatos para caminar. Pregúntenos qué pastillas tomar.",
)
_CONTRAST = (
    "Do not eat for 4 hours before. You may drink water. Tell us if you have had a bad reaction to dye, have kidney trouble, or may be pregnant. Ask us about metformin.",
    "No coma nada 4 horas antes. Puede beber agua. Díganos si ha tenido una mala reacción al contraste, si tiene problemas de los riñones o si puede estar embarazada. Pregúntenos por la metformina.",
)
_MRI = (
    "Leave metal at home: rings, watch, hair clips. Tell us if you have a pacemaker or metal in your body.",
    "Deje el metal en casa: anillos, reloj, pasadores. Díganos si tiene un marcapasos o metal en el cuerpo.",
)
_XRAY = (
    "Nothing to do before. Tell us if you may be pregnant.",
    "No tiene que hacer nada antes. Díganos si puede estar embarazada.",
)
_ABDOMEN = (
    "Do not eat or drink for 6 hours before. You may take your pills with a sip of water.",
    "No coma ni beba nada 6 horas antes. Puede tomar sus pastillas con un sorbo de agua.",
)
_BLADDER = (
    "Drink 4 glasses of water one hour before. Do not use the bathroom until after the test.",
    "Beba 4 vasos de agua una hora antes. No vaya al baño hasta después del examen.",
)
_INFUSION = (
    "Eat a light meal. Drink water. Wear loose sleeves. Call us first if you have a fever or feel sick.",
    "Coma algo ligero. Beba agua. Use mangas sueltas. Llámenos antes si tiene fiebre o se siente mal.",
)
_VIDEO = (
    "Find a quiet place with good light. We send the link. No camera? We can talk by phone.",
    "Busque un lugar tranquilo con buena luz. Le enviamos el enlace. ¿No tiene cámara? Podemos hablar por teléfono.",
)
_CHILD = (
    "Bring the shot record. A parent or guardian must come along.",
    "Traiga el registro de vacunas. Debe venir el padre, la madre o el tutor.",
)
_CLASS = (
    "Bring your meter. Family is welcome. We share a healthy snack.",
    "Traiga su medidor. Su familia es bienvenida. Compartimos una merienda sana.",
)

VISIT_TYPES: tuple[Json, ...] = (
    _type("pc-new", ("New patient visit", "Primera visita"), "primary-care", 45,
          [_room("primary-care-room", 45), _step("nurse", "rooming", 0, 10), _step("clinician", "primary-care", 10, 35)],
          early=20, prepare=_FIRST_VISIT),
    _type("pc-follow-up", ("Follow-up", "Visita de control"), "primary-care", 30,
          [_room("primary-care-room", 30), _step("nurse", "rooming", 0, 10), _step("clinician", "primary-care", 10, 20)],
          prepare=_BRING_PILLS),
    _type("pc-same-day", ("Same-day visit", "Visita del mismo día"), "primary-care", 20,
          [_room("primary-care-room", 20), _step("clinician", "primary-care", 0, 20)]),
    _type("pc-physical", ("Yearly physical", "Examen físico anual"), "primary-care", 45,
          [_room("primary-care-room", 45), _step("nurse", "rooming", 0, 10), _step("clinician", "primary-care", 10, 30)],
          prepare=_BRING_PILLS),
    _type("pc-hospital", ("Visit after a hospital stay", "Visita después del hospital"), "primary-care", 45,
          [_room("primary-care-room", 45), _step("nurse", "rooming", 0, 15), _step("clinician", "primary-care", 15, 30)],
          prepare=("Bring your hospital papers and all of your pill bottles.",
                   "Traiga los papeles del hospital y todos sus frascos de pastillas.")),
    _type("pc-well-child", ("Well-child visit", "Control de niño sano"), "primary-care", 30,
          [_room("primary-care-room", 30), _step("nurse", "rooming", 20, 10), _step("clinician", "pediatrics", 0, 20)],
          prepare=_CHILD),
    _type("pc-child-follow-up", ("Child follow-up", "Control del niño"), "primary-care", 20,
          [_room("primary-care-room", 20), _step("clinician", "pediatrics", 0, 20)],
          prepare=("Bring all pill bottles and inhalers. A parent or guardian must come along.",
                   "Traiga todas las medicinas e inhaladores. Debe venir el padre, la madre o el tutor.")),
    _type("pc-child-sick", ("Sick child visit", "Visita de niño enfermo"), "primary-care", 20,
          [_room("primary-care-room", 20), _step("clinician", "pediatrics", 0, 20)]),
    _type("pc-video", ("Video visit", "Visita por video"), "primary-care", 20, [_step("clinician", "primary-care", 0, 20)],
          early=5, telehealth=True, prepare=_VIDEO),
    _type("nurse-bp", ("Blood pressure check", "Control de la presión"), "primary-care", 15,
          [_room("exam", 15), _step("nurse", "nursing", 0, 15)], early=5,
          prepare=("Rest for 5 minutes before. No coffee for 30 minutes before.",
                   "Descanse 5 minutos antes. No tome café 30 minutos antes.")),
    _type("nurse-shots", ("Vaccine visit", "Visita de vacunas"), "primary-care", 15,
          [_room("exam", 15), _step("nurse", "nursing", 0, 10)], early=5,
          prepare=("Bring your shot record. Wear short sleeves.", "Traiga su registro de vacunas. Use manga corta.")),
    _type("nurse-teaching", ("Teaching with a nurse", "Enseñanza con enfermería"), "primary-care", 30,
          [_room("exam", 30), _step("nurse", "nursing", 0, 30)], early=5, prepare=_BRING_PILLS),
    _type("card-new", ("New cardiology visit", "Primera visita de cardiología"), "cardiology", 45,
          [_room("cardiology-room", 45), _step("clinician", "cardiology", 0, 40, after=5)], early=15, order=True, prepare=_FIRST_VISIT),
    _type("card-follow-up", ("Cardiology follow-up", "Control de cardiología"), "cardiology", 25,
          [_room("cardiology-room", 25), _step("clinician", "cardiology", 0, 25)], prepare=_BRING_PILLS),
    _type("card-echo", ("Echocardiogram and consult", "Ecocardiograma y consulta"), "cardiology", 70,
          [_room("echo", 70), _step("device", "echo-ultrasound", 0, 40, after=5), _step("technician", "echo", 0, 40),
           _step("clinician", "cardiology", 45, 25)], early=15, order=True, prepare=_ECHO),
    _type("card-ecg", ("ECG", "Electrocardiograma"), "cardiology", 15,
          [_room("cardiology-room", 15), _step("device", "ecg", 0, 15), _step("nurse", "nursing", 0, 15)], early=5, order=True,
          prepare=("Do not put lotion on your chest.", "No se ponga crema en el pecho.")),
    _type("card-holter", ("Heart monitor fitting", "Colocación de monitor del corazón"), "cardiology", 20,
          [_room("cardiology-room", 20), _step("device", "holter", 0, 20), _step("nurse", "nursing", 0, 20)], early=5, order=True,
          prepare=("Take a shower before. You cannot get the monitor wet.", "Báñese antes. El monitor no se puede mojar.")),
    _type("card-stress", ("Exercise stress test", "Prueba de esfuerzo"), "cardiology", 60,
          [_room("cardiology-room", 60), _step("device", "treadmill", 15, 30, before=5, after=5), _step("nurse", "nursing", 0, 50),
           _step("clinician", "cardiology", 15, 30)], early=15, order=True, prepare=_STRESS),
    _type("ct-contrast", ("CT with contrast", "Tomografía con contraste"), "radiology", 45,
          [_room("ct-room", 45, after=10), _step("nurse", "iv", 0, 15), _step("technician", "ct", 10, 35),
           _step("device", "ct", 15, 20, after=10)], early=30, order=True, prepare=_CONTRAST),
    _type("ct-plain", ("CT without contrast", "Tomografía sin contraste"), "radiology", 20,
          [_room("ct-room", 20), _step("technician", "ct", 0, 20), _step("device", "ct", 5, 15)], early=15, order=True, prepare=_XRAY),
    _type("mri-plain", ("MRI", "Resonancia magnética"), "radiology", 45,
          [_room("mri-room", 45, after=10), _step("technician", "mri", 0, 45), _step("device", "mri", 5, 35)],
          early=30, order=True, prepare=_MRI),
    _type("mri-contrast", ("MRI with contrast", "Resonancia con contraste"), "radiology", 60,
          [_room("mri-room", 60, after=10), _step("nurse", "iv", 0, 15), _step("technician", "mri", 0, 60),
           _step("device", "mri", 10, 45)], early=30, order=True, prepare=_MRI),
    _type("us-abdomen", ("Belly ultrasound", "Ultrasonido del abdomen"), "radiology", 30,
          [_room("ultrasound-room", 30), _step("technician", "ultrasound", 0, 30), _step("device", "ultrasound", 0, 30)],
          early=15, order=True, prepare=_ABDOMEN),
    _type("us-pelvis", ("Pelvic ultrasound", "Ultrasonido pélvico"), "radiology", 40,
          [_room("ultrasound-room", 40), _step("technician", "ultrasound", 0, 40), _step("device", "ultrasound", 0, 40)],
          early=15, order=True, prepare=_BLADDER),
    _type("xray", ("X-ray", "Radiografía"), "radiology", 15,
          [_room("xray-room", 15), _step("technician", "xray", 0, 15), _step("device", "xray", 0, 10)], order=True, prepare=_XRAY),
    _type("lab-draw", ("Blood test", "Análisis de sangre"), "laboratory", 15,
          [_room("draw", 15, after=0), _step("technician", "phlebotomy", 0, 10, after=5)], early=5, order=True,
          prepare=("You can eat and drink. Drink plenty of water.", "Puede comer y beber. Beba mucha agua.")),
    _type("lab-fasting", ("Fasting blood test", "Análisis de sangre en ayunas"), "laboratory", 15,
          [_room("draw", 15, after=0), _step("technician", "phlebotomy", 0, 10, after=5)], early=5, order=True, prepare=_FASTING),
    _type("pharm-review", ("Medication review", "Revisión de medicinas"), "pharmacy", 30,
          [_room("pharmacy-room", 30, after=0), _step("clinician", "pharmacist", 0, 30)], early=5, prepare=_BRING_PILLS),
    _type("inf-3h", ("Infusion, 3 hours", "Infusión, 3 horas"), "infusion", 180,
          [_room("chair", 180, after=15), _step("nurse", "infusion", 0, 30), _step("nurse", "infusion", 165, 15)],
          early=15, order=True, prepare=_INFUSION),
    _type("inf-iron", ("Iron infusion", "Infusión de hierro"), "infusion", 90,
          [_room("chair", 90, after=15), _step("nurse", "infusion", 0, 20), _step("nurse", "infusion", 80, 10)],
          early=15, order=True, prepare=_INFUSION),
    _type("bh-intake", ("Behavioral health first visit", "Primera visita de salud mental"), "behavioral-health", 60,
          [_room("talk", 60), _step("clinician", "therapy", 0, 60)], early=15,
          prepare=("Tell us what helps you feel at ease. You may bring someone you trust.",
                   "Díganos qué le ayuda a sentirse a gusto. Puede traer a alguien de confianza.")),
    _type("bh-therapy", ("Counseling", "Consejería"), "behavioral-health", 50,
          [_room("talk", 50), _step("clinician", "therapy", 0, 50, after=10)], early=5),
    _type("bh-medication", ("Medication visit, behavioral health", "Visita de medicinas, salud mental"), "behavioral-health", 30,
          [_room("talk", 30), _step("clinician", "psychiatry", 0, 30)], early=5, prepare=_BRING_PILLS),
    _type("bh-video", ("Counseling by video", "Consejería por video"), "behavioral-health", 50,
          [_step("clinician", "therapy", 0, 50, after=10)], early=5, telehealth=True, prepare=_VIDEO),
    _type("nutrition", ("Nutrition visit", "Visita de nutrición"), "primary-care", 45,
          [_room("exam", 45), _step("clinician", "nutrition", 0, 45)], early=5,
          prepare=("Write down what you eat for 3 days. Bring the list.", "Anote lo que come durante 3 días. Traiga la lista.")),
    _type("class-diabetes", ("Living with diabetes, group class", "Vivir con diabetes, clase en grupo"), "primary-care", 90,
          [_room("group", 90, before=15, after=15), _step("clinician", "nutrition", 0, 90)], early=10, capacity=12, prepare=_CLASS),
)  # fmt: skip
BY_CODE = {each["code"]: each for each in VISIT_TYPES}
