"""The fixed sentences of slips, labels and referral papers that patients read, English and Spanish side by side."""

PAPERS: dict[str, dict[str, str]] = {
    "slip_today": {"en": "Your visit today", "es": "Su cita de hoy"},
    "slip_on": {"en": "Your visit on {day}", "es": "Su cita del {day}"},
    "slip_intro": {"en": "Keep this slip with you. Show it at each stop.", "es": "Guarde esta hoja. Muéstrela en cada lugar."},
    "slip_arrived": {"en": "You came at", "es": "Llegó a"},
    "slip_next": {"en": "Your first stop", "es": "Primero vaya a"},
    "slip_ask": {"en": "While you are here", "es": "Mientras está aquí"},
    "slip_wait": {
        "en": "If you wait more than 20 minutes, tell the front desk.",
        "es": "Si espera más de 20 minutos, avise en la entrada.",
    },
    "slip_end": {"en": "Stop at the front desk before you go home.", "es": "Pase por la entrada antes de ir a casa."},
    "slip_plan": {"en": "Show us your health plan card.", "es": "Muéstrenos la tarjeta de su plan de salud."},
    "slip_facts": {"en": "Tell us if your phone or home has changed.", "es": "Díganos si cambió su teléfono o su casa."},
    "slip_tell": {"en": "Tell us whom we may talk to about you.", "es": "Díganos con quién podemos hablar de usted."},
    "slip_nurse": {"en": "A nurse would like to talk with you. Ask for one.", "es": "Una enfermera quiere hablar con usted. Pida verla."},
    "slip_book": {"en": "We want to book your next visit. Ask at the front desk.", "es": "Queremos darle otra cita. Pida en la entrada."},
}  # fmt: skip
