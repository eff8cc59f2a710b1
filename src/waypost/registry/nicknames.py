"""Everyday forms of given names: who says Bill may mean William. Our own short list, used to find, never to decide."""

_FAMILIES = (
    "william bill billy will willie liam", "robert bob bobby rob robbie bert", "richard rick ricky dick rich richie",
    "james jim jimmy jamie", "john jack johnny jon", "joseph joe joey", "michael mike mickey mick", "thomas tom tommy",
    "charles charlie chuck", "edward ed eddie ted ned", "daniel dan danny", "david dave davey", "matthew matt",
    "anthony tony", "steven stephen steve", "kenneth ken kenny", "ronald ron ronnie", "donald don donnie",
    "gerald jerry gerry", "lawrence larry", "raymond ray", "samuel sam sammy", "benjamin ben benny", "nicholas nick",
    "alexander alex sasha xander", "andrew andy drew", "christopher chris kit", "patrick pat paddy", "peter pete",
    "timothy tim", "gregory greg", "jeffrey jeff geoffrey", "frederick fred freddie", "francis frank",
    "elizabeth liz beth betty eliza lisa libby", "margaret maggie peggy meg marge", "katherine catherine kate kathy katie cathy kay",
    "patricia pat patty trish", "barbara barb", "susan sue susie", "deborah deb debbie", "jennifer jen jenny",
    "rebecca becky", "victoria vicky tori", "theresa teresa terry tess", "dorothy dot dottie", "virginia ginny",
    "abigail abby", "samantha sam", "alexandra alex sandra", "christina christine chris tina", "jacqueline jackie",
    "jose pepe", "francisco paco pancho", "jesus chuy", "guadalupe lupe lupita", "ignacio nacho", "eduardo lalo",
    "enrique kike", "alejandro alex", "rafael rafa", "manuel manolo", "maria mari", "dolores lola", "concepcion concha",
    "isabel chabela", "rosario charo", "mercedes meche", "antonio tono tony", "roberto beto", "guillermo memo",
    "luis lucho", "fernando nando", "consuelo chelo", "graciela chela", "beatriz bety", "mohammed muhammad mohamed mohammad",
)  # fmt: skip
_BY_NAME: dict[str, frozenset[str]] = {}
for _family in _FAMILIES:
    _names = frozenset(_family.split())
    for _name in _names:
        _BY_NAME[_name] = _BY_NAME.get(_name, frozenset()) | _names


def forms(name: str) -> frozenset[str]:
    """Return other everyday forms of a plain given name, itself left out."""
    return _BY_NAME.get(name, frozenset()) - {name}
