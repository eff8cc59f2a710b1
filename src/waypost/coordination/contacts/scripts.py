"""What to say on a call, in plain words: one script a reason, and short paths for calls that go otherwise.

No script asks about symptoms: whoever feels unwell is handed to a nurse.
"""

from dataclasses import dataclass

EMERGENCY = "If this may be an emergency, hang up and call 911 now."
NURSE_SOON = "A nurse will call you back within 15 minutes. Keep your phone near. If it gets worse, call 911."


@dataclass(frozen=True, slots=True)
class Script:
    """`say` is read out; `do` is for whoever reads it."""

    code: str
    say: tuple[str, ...]
    do: str = ""


OPENING = "Hello, you have reached the clinic. My name is … May I have your full name and birth date?"
CALLING = "Hello, my name is … from the clinic. May I speak with …? First, may I have your full name and birth date?"

SCRIPTS = (
    Script("visit", ("I can help you with that.", "Which days and hours work best for you?", "Do you need a ride or someone to interpret?"),
           "Read the day, time and place back before you hang up."),
    Script("confirm", ("You have a visit with us soon. I will read you the day and time.", "Can you come? Is there anything that makes it hard?"),
           "If they cannot come, move the visit now."),
    Script("result", ("Your result is here. A nurse will go over it with you.", "Is this a good time and a good number?"),
           "Only a nurse or a clinician tells a result. You set up the call."),
    Script("discharge", ("We know you were in the hospital. I am glad you are home.", "A nurse will ask how you are and go over your medicine with you.",
                         "Let us find a day for your visit."), "Only a nurse's or a clinician's call counts here."),
    Script("medicine", ("Tell me the name on the bottle and your drug store.", "I will pass it on today. You will hear from us by …"),
           "Do not say whether to take, stop or change it. A nurse answers that."),
    Script("bill", ("I know bills can be hard. Let us look at it together.", "What does the letter say, and what date is on it?"),
           "Give the day by which they will hear, and who will call."),
    Script("records", ("I can start that for you.", "What do you need, by when, and where should it go?"),
           "Records go only to whom the patient names in writing."),
    Script("help", ("Thank you for telling me. Many people need this.", "What would help you most right now?"),
           "Ask for one thing first, and make it a piece of work with a date."),
    Script("unwell", ("I am sorry you feel this way. I will get you a nurse now.", EMERGENCY, "What number can the nurse call?"),
           "Ask nothing about symptoms. Press Nurse now."),
    Script("complaint", ("I am sorry this happened. Thank you for telling me.", "I want to be sure I have it right. You said …",
                         "Here is what I can do, and by when."), "Let them finish. Promise only what you can keep, with a date and a name."),
    Script("other", ("How can I help you today?", "Let me say it back to be sure I have it right."), ""),
)

PATHS = (
    ("Family or a friend is calling", ("Thank you for calling. I can listen to all you tell me.", "I can only share what … has said I may share."),
     "Look at “OK to talk to”. Not on it? Listen and write it down, tell nothing, or ask the patient on this call."),
    ("Wrong number", ("I am sorry. I will take this number off our list.",),
     "Say no name and no clinic. Choose “Wrong number”: the number is marked and dialed last."),
    ("Angry", ("I hear how hard this has been.", "I will stay with you until we have a next step."),
     "Speak slowly. If you are threatened, say you will hang up, hang up, and tell a supervisor."),
    ("No interpreter", ("One moment. I will get someone who speaks your language.",),
     "Do not use a child or a friend to interpret. If nobody can be had, choose “No interpreter” and set a time to call again."),
)
