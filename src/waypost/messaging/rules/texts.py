"""The fixed sentences of letters, one row each, English and Spanish side by side. Facts stand in braces."""

from waypost.messaging.rules.paper_texts import PAPERS

TEXTS: dict[str, dict[str, str]] = {
    "title": {"en": "Your visit on {day}", "es": "Su cita del {day}"},
    "title_moved": {"en": "Your visit has a new time", "es": "Su cita tiene una nueva hora"},
    "title_cancelled": {"en": "Your visit is canceled", "es": "Su cita fue cancelada"},
    "intro": {"en": "We look forward to seeing you.", "es": "Lo esperamos en la clínica."},
    "intro_moved": {"en": "The old time is gone. Come at this time.", "es": "La hora de antes ya no vale. Venga a esta hora."},
    "intro_cancelled": {
        "en": "You do not need to come. Call us to pick a new time.",
        "es": "No tiene que venir. Llámenos para buscar otra hora.",
    },
    "arrive": {"en": "Arrive at", "es": "Llegue a"},
    "join": {"en": "Join at", "es": "Empieza a"},
    "day": {"en": "Day", "es": "Día"},
    "place": {"en": "Place", "es": "Lugar"},
    "phone": {"en": "Phone", "es": "Teléfono"},
    "video": {"en": "By video. We send you the link.", "es": "Por video. Le mandamos el enlace."},
    "stops": {"en": "Your day, stop by stop", "es": "Su día, paso a paso"},
    "time": {"en": "Time", "es": "Hora"},
    "what": {"en": "What", "es": "Qué"},
    "with": {"en": "With", "es": "Con"},
    "where": {"en": "Where", "es": "Dónde"},
    "ready": {"en": "Get ready", "es": "Cómo prepararse"},
    "ask_us": {"en": "Ask us how to get ready. Call {phone}.", "es": "Pregunte cómo prepararse. Llame al {phone}."},
    "bring": {"en": "Bring", "es": "Traiga"},
    "bring_card": {"en": "Your health plan card, if you have one.", "es": "La tarjeta de su plan de salud, si tiene una."},
    "bring_id": {"en": "A card with your name and photo.", "es": "Una tarjeta con su nombre y foto."},
    "bring_pills": {"en": "All the pills you take, or a list of them.", "es": "Las pastillas que toma, o una lista."},
    "bring_mail": {"en": "This letter.", "es": "Esta carta."},
    "help": {"en": "Help we set up", "es": "Ayuda para usted"},
    "interpreter_requested": {
        "en": "We asked for a {language} interpreter. It is free.",
        "es": "Pedimos un intérprete de {language}. Es gratis.",
    },
    "interpreter_accepted": {
        "en": "A {language} interpreter will be there. It is free.",
        "es": "Habrá un intérprete de {language}. Es gratis.",
    },
    "interpreter_rejected": {
        "en": "We still look for a {language} interpreter. It is free.",
        "es": "Aún buscamos un intérprete de {language}. Es gratis.",
    },
    "ride_requested": {"en": "We asked for a ride. We will call you to say if you have one.", "es": "Pedimos un viaje para usted. Lo llamaremos para decirle si lo hay."},
    "ride_accepted": {"en": "Your ride is set. Wait at your door one hour before.", "es": "Ya tiene un viaje. Espere en su puerta una hora antes."},
    "ride_rejected": {"en": "We have no ride yet. Call us if you need one.", "es": "Aún no hay viaje. Llame si lo necesita."},
    "note": {"en": "A note for you", "es": "Una nota para usted"},
    "change": {"en": "If you cannot come", "es": "Si no puede venir"},
    "change_how": {
        "en": "Call {phone} as soon as you know. We will find a new time with you.",
        "es": "Llame al {phone} cuando lo sepa. Buscamos otra hora con usted.",
    },
    "question": {"en": "If you have a question", "es": "Si tiene una pregunta"},
    "question_how": {"en": "Call {phone}. We are glad to help.", "es": "Llame al {phone}. Con gusto lo ayudamos."},
    "late": {"en": "If you run late, call us too.", "es": "Si llega tarde, llame también."},
    "emergency": {"en": "In an emergency, call 911.", "es": "En una emergencia, llame al 911."},
    "language_help": {
        "en": "Need help in your language? It is free. Call {phone}.",
        "es": "¿Necesita ayuda en su idioma? Es gratis. Llame al {phone}.",
    },
    "born": {"en": "Born", "es": "Nacimiento"},
    "born_unknown": {"en": "not known", "es": "no se sabe"},
    "mrn": {"en": "Record number", "es": "Número de expediente"},
    "mail_subject": {"en": "Your visit on {day}", "es": "Su cita del {day}"},
    "mail_subject_moved": {"en": "New time for your visit: {day}", "es": "Nueva hora de su cita: {day}"},
    "mail_subject_cancelled": {"en": "Your visit on {day} is canceled", "es": "Su cita del {day} fue cancelada"},
    "mail_hello": {"en": "Hello,", "es": "Hola:"},
    "mail_booked": {"en": "You have a visit with us.", "es": "Usted tiene una cita con nosotros."},
    "mail_moved": {"en": "Your visit has a new time. The old time is gone.", "es": "Su cita tiene una nueva hora. La de antes ya no vale."},
    "mail_cancelled": {"en": "This visit is canceled. You do not need to come.", "es": "Esta cita fue cancelada. No tiene que venir."},
    "mail_call": {"en": "Call us if you cannot come or have a question.", "es": "Llámenos si no puede venir o si tiene una pregunta."},
    "mail_call_cancelled": {"en": "Call us to pick a new time.", "es": "Llámenos para buscar otra hora."},
    "ics_title": {"en": "Visit, {site}", "es": "Cita, {site}"},
    **PAPERS,
    "ics_text": {"en": "Arrive at {time}. Phone: {phone}", "es": "Llegue a las {time}. Teléfono: {phone}"},
}  # fmt: skip


def said(name: str, tongue: str, /, **facts: str) -> str:
    """Return the sentence `name` in the language `tongue` with its facts filled in."""
    return TEXTS[name][tongue].format(**facts)
