"""Invented people: given names and family names by the communities a city clinic serves.

Names are joined by chance, so that no set belongs to anyone; pairs that belong to a public figure are passed over.
"""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Community:
    """Names that go together, and the languages and background that tend to go with them."""

    key: str
    weight: int
    women: tuple[str, ...]
    men: tuple[str, ...]
    families: tuple[str, ...]
    languages: tuple[tuple[str, int], ...]  # language and its weight; the rest speak English
    race: str  # OMB category code
    hispanic: bool = False
    two_surnames: bool = False


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ENGLISH = Community(
    "english",
    50,
    _words("""Abigail Adele Alice Amber Angela Anita Audrey Barbara Beatrice Bernice Brenda Camille Carol Cassandra Charlotte
    Claire Constance Crystal Darlene Deborah Denise Diane Dorothy Ebony Edith Eileen Elaine Ellen Erica Estelle Evelyn Faith
    Felicia Florence Gail Gloria Grace Hannah Harriet Hazel Heather Imani Irene Jada Jasmine Jean Joanne Josephine Joyce Judith
    Kayla Kendra Lakisha Latoya Laura Leah Lillian Loretta Lorraine Lucille Mabel Marjorie Marlene Maxine Megan Mildred Monique
    Nadine Naomi Nicole Olive Pamela Patrice Pauline Phyllis Rebecca Renee Rhonda Rosalind Roxanne Ruth Sabrina Sandra Sharon
    Shirley Simone Stella Sylvia Tamika Teresa Tiffany Vanessa Veronica Vivian Wanda Yolanda Yvonne Zora"""),
    _words("""Aaron Adrian Albert Alvin Andre Anthony Arthur Barry Benjamin Bernard Bradley Brandon Calvin Cedric Charles
    Christopher Clarence Clifford Curtis Cyrus Damon Darnell Darren Derrick Desmond Dominic Douglas Dwayne Earl Edgar Edmund
    Elijah Elliot Ernest Eugene Everett Felix Floyd Franklin Frederick Garrett Gerald Gilbert Gordon Gregory Harold Harvey Herbert
    Howard Isaac Isaiah Jamal Jared Jerome Joel Jonathan Julian Keith Kelvin Kenneth Lamar Lawrence Leon Leonard Leroy Lionel
    Lloyd Marcus Marvin Maurice Melvin Mitchell Nathaniel Neil Norman Oliver Omari Otis Percy Philip Preston Quentin Ralph Raymond
    Reginald Roland Roderick Rufus Russell Samson Seth Shawn Stanley Terrence Theodore Tobias Trevor Vernon Victor Warren Wendell
    Xavier Zachary"""),
    _words("""Abbott Alston Archer Atwood Avery Baines Barlow Barrow Beckett Benson Blackwell Boyd Bramwell Braxton Briggs
    Broadnax Burch Caldwell Calloway Carver Chambers Coles Colbert Copeland Corbin Covington Crane Crenshaw Dalton Daniels Dawkins
    Dixon Dorsey Draper Dunbar Easley Eastman Ellison Embry Fairley Farrow Fenton Fields Finch Fleming Fontaine Frazier Fulton
    Gaines Garner Gentry Gibbs Gilmore Goodwin Graves Greer Hairston Halsey Hargrove Harmon Hartley Hawkins Hinton Holloway Hopkins
    Hurst Ingram Jarvis Jeffries Jennings Joyner Kearney Keller Kendrick Kirby Lampkin Langley Lattimore Lawson Leland Lockhart
    Lyles Maddox Malone Marlow Massey Mayfield McCall McRae Mercer Merritt Mills Montague Moody Mosley Nance Newell Norwood Oakley
    Odom Pettway Pierce Pinkney Poole Prescott Quarles Ransom Redmond Rhodes Roper Rowe Rutledge Sampson Satterfield Sawyer Sellers
    Shelton Sinclair Spears Stokes Strickland Talley Tate Thornton Tillman Tolliver Townsend Upshaw Vance Vaughn Wakefield
    Walden Ware Watkins Weaver Whitfield Whitlock Wickham Wilkes Winslow Woodard Wooten Yancey Yates"""),
    (),
    "2054-5",
)

COMMUNITIES: tuple[Community, ...] = (
    ENGLISH,
    Community(
        "hispanic",
        24,
        _words("""Alejandra Alma Amparo Ángela Beatriz Blanca Carmen Cecilia Claudia Consuelo Daniela Dolores Elena Elvira Esperanza
        Esther Eugenia Fernanda Gabriela Graciela Guadalupe Inés Irma Isabel Jimena Josefina Juana Julieta Leticia Lourdes Luz
        Margarita Marina Maribel Marta Mercedes Mónica Natalia Nieves Noemí Norma Ofelia Paloma Patricia Paulina Pilar Raquel
        Rocío Rosario Silvia Sofía Soledad Susana Teresa Verónica Ximena Yolanda"""),
        _words("""Adán Agustín Alberto Alfonso Álvaro Andrés Ángel Armando Arturo Benito Camilo César Cristóbal Darío Efraín Emilio
        Enrique Ernesto Esteban Eusebio Fabián Federico Felipe Fermín Fidel Gerardo Gonzalo Guillermo Gustavo Hernán Hugo Ignacio
        Ismael Iván Javier Joaquín Jorge Julio Leandro Lorenzo Manuel Marcelo Martín Mateo Mauricio Nicolás Óscar Pablo Rafael
        Ramiro Raúl René Roberto Rodrigo Rubén Santiago Saúl Sebastián Simón Tomás Vicente"""),
        _words("""Acosta Aguilar Alvarado Amaya Aquino Arévalo Argueta Avilés Ayala Benítez Bonilla Cabrera Calderón Campos Cárdenas
        Carranza Castro Chávez Cisneros Contreras Cortez Cruz Delgado Domínguez Escobar Espinoza Estrada Figueroa Flores Fuentes
        Galindo Garay Guardado Guerrero Guzmán Henríquez Hernández Herrera Huerta Jiménez Juárez Landaverde Lazo Lozano Machado
        Maldonado Marroquín Mejía Melgar Méndez Mendoza Molina Montes Mora Morales Navarro Núñez Ochoa Orellana Ortega Pacheco
        Palacios Peña Peralta Pineda Ponce Portillo Quintanilla Ramírez Rivas Robles Rojas Romero Rosales Rubio Salazar Salgado
        Sandoval Segovia Serrano Solís Sorto Tejada Trejo Umaña Valdez Valenzuela Vargas Velásquez Ventura Villalobos Zamora Zavala
        Zelaya Zúñiga"""),
        (("es", 78),),
        "2131-1",
        hispanic=True,
        two_surnames=True,
    ),
    Community(
        "ethiopian",
        6,
        _words(
            "Abeba Almaz Aster Bethlehem Desta Eleni Frehiwot Genet Hanna Hirut Kidist Lulit Mahlet Meseret Mulu Rahel Saba Selam Senait Tigist Tsehay Yordanos Zenebech"
        ),
        _words(
            "Abel Addis Alemayehu Amanuel Bekele Berhanu Dawit Ermias Fasil Getachew Girma Hailu Kebede Mekonnen Mulugeta Nahom Samson Solomon Tadesse Tesfaye Yared Yonas Zerihun"
        ),
        _words(
            "Abate Abebe Admasu Alemu Amare Asfaw Assefa Ayele Belay Bogale Demissie Desta Eshetu Fikru Gebre Haile Kassa Lemma Mamo Mengistu Negash Shiferaw Tafesse Tekle Tessema Wolde Worku Zewdu"
        ),
        (("am", 70),),
        "2054-5",
    ),
    Community(
        "west-african",
        4,
        _words(
            "Abena Adaeze Adjoa Aissatou Akosua Aminata Awa Chiamaka Efua Fatou Folake Ifeoma Kadiatou Mariama Ngozi Nkechi Oluchi Ramatou Salimata Yetunde"
        ),
        _words(
            "Abdoulaye Ade Amadou Bakary Chinedu Cheikh Ebo Emeka Femi Ibrahima Ikenna Kofi Kwabena Lamine Mamadou Obinna Ousmane Sekou Tunde Yaw"
        ),
        _words(
            "Acheampong Adeyemi Agyeman Anane Asante Bah Balogun Boateng Camara Cissé Danso Diallo Diop Eze Fofana Ibe Kamara Konaté Mensah Ndiaye Nwosu Obi Ofori Okafor Okeke Quaye Sarr Sow Touré Traoré"
        ),
        (("fr", 35),),
        "2054-5",
    ),
    Community(
        "vietnamese",
        3,
        _words(
            "Anh Bích Dung Hạnh Hoa Hương Kim Lan Linh Loan Mai Ngọc Nhung Phượng Quỳnh Thảo Thủy Trinh Tuyết Vân"
        ),
        _words(
            "An Bình Cường Đức Dũng Hải Hiếu Hoàng Hùng Khánh Long Minh Nam Phong Quân Sơn Thành Tuấn Việt Vinh"
        ),
        _words("Bùi Đặng Đinh Đỗ Dương Hồ Huỳnh Lâm Lê Lý Mai Ngô Nguyễn Phạm Phan Tạ Trần Trịnh Võ Vũ"),
        (("vi", 65),),
        "2028-9",
    ),
    Community(
        "chinese",
        3,
        _words(
            "Aihua Baozhen Fang Guiying Hong Huifang Jing Jiayi Lanying Lihua Meiling Min Ning Qiaoyun Ruolan Shufen Wen Xiuying Yan Yulan"
        ),
        _words(
            "Bowen Changming Deshi Guoqiang Haoran Jianguo Junjie Kai Longwei Mingze Peng Qiang Ruihan Shaoyong Weimin Xiaobo Yichen Yong Zemin Zhiyuan"
        ),
        _words(
            "Bai Cai Chen Deng Fan Feng Gao Guo He Hu Jiang Liang Lin Lu Luo Pan Qian Shen Song Tang Tao Wang Xie Xu Yang Yao Zhang Zheng Zhou Zhu"
        ),
        (("zh", 60),),
        "2028-9",
    ),
    Community(
        "korean",
        2,
        _words(
            "Bora Eunji Haneul Hyejin Jiwon Kyungsook Mihee Minseo Miyoung Seoyeon Soonja Sujin Sunhee Yeonhee Youngmi"
        ),
        _words(
            "Byungho Daehyun Dongwook Hyunwoo Jaemin Jihoon Joonho Kiho Kwangsu Minho Sanghoon Seungmin Sungjin Taeyang Yongsik"
        ),
        _words(
            "Ahn Bae Baek Cha Choi Chung Han Hong Hwang Jang Jung Kang Kwon Lim Moon Noh Oh Park Ryu Seo Shin Son Yoon"
        ),
        (("ko", 60),),
        "2028-9",
    ),
    Community(
        "arabic",
        3,
        _words(
            "Amal Basma Dalia Farah Hala Hanan Iman Jamila Khadija Layla Maha Muna Nadia Najwa Rania Reem Salma Samira Yasmin Zaynab"
        ),
        _words(
            "Adel Amin Bilal Faisal Fouad Ghassan Hadi Imad Jamal Khalil Majid Munir Nabil Nasser Rashid Sami Tariq Walid Yousef Ziad"
        ),
        _words(
            "Abboud Al-Amin Al-Najjar Aziz Barakat Daher Darwish Fakhoury Ghanem Habib Hakim Hamdan Issa Jaber Kassem Khoury Mansour Masri Nasr Qasim Rahal Saleh Shaheen Tawfiq Zayed"
        ),
        (("ar", 55),),
        "2106-3",
    ),
    Community(
        "south-asian",
        2,
        _words(
            "Anjali Asha Bhavna Deepa Farida Geeta Jaya Kavita Lakshmi Meena Nasreen Neha Nirmala Pooja Rekha Rukhsana Savita Shabnam Sunita Uma"
        ),
        _words(
            "Ajay Anand Arif Deepak Gopal Harish Imran Karthik Mahesh Manoj Naveen Prakash Rajesh Ravi Sanjay Shahid Suresh Tahir Vikram Vinod"
        ),
        _words(
            "Agarwal Ahmed Banerjee Bhatt Chaudhry Das Desai Ghosh Hossain Iyer Joshi Kapoor Khatun Malik Mehta Mukherjee Nair Patel Pillai Rahman Rao Reddy Saxena Shah Siddiqui Verma"
        ),
        (("hi", 18), ("bn", 15), ("ur", 12)),
        "2028-9",
    ),
    Community(
        "haitian",
        1,
        _words(
            "Adeline Bernadette Carline Fabiola Ghislaine Guerda Islande Marielle Mirlande Nadège Rose-Marie Roseline Widline Yanick"
        ),
        _words(
            "Ancel Dieudonné Emmanuel Evens Fritz Gesner Jean-Claude Jean-Robert Lucner Ménélas Pierre-Louis Réginald Wilner Yvon"
        ),
        _words(
            "Auguste Beaubrun Célestin Charles Delva Desrosiers Dorvil Estimé Fleurant Germain Jean-Baptiste Joseph Lafleur Louis Mérisier Noël Paul Pierre Saintil Toussaint"
        ),
        (("ht", 60), ("fr", 15)),
        "2054-5",
    ),
    Community(
        "slavic",
        1,
        _words(
            "Daria Halyna Irina Katya Larysa Lyudmila Marta Nina Oksana Polina Raisa Svitlana Tamara Valentina Vera Yelena Zoya"
        ),
        _words(
            "Andriy Bohdan Dmitri Fedir Grigori Ihor Kostya Leonid Maksym Mykola Oleh Pavlo Ruslan Stepan Taras Vadim Yuri"
        ),
        _words(
            "Bondar Chernenko Davydenko Hrytsenko Karpenko Kovalenko Kravets Lysenko Marchuk Melnyk Oliynyk Petrenko Polishchuk Romaniuk Savchuk Tkachuk Volkov Yurchenko"
        ),
        (("ru", 40), ("uk", 30)),
        "2106-3",
    ),
    Community(
        "portuguese",
        1,
        _words(
            "Aline Bianca Cláudia Débora Eduarda Flávia Graça Helena Luciana Marcela Priscila Renata Rosângela Tainá Vitória"
        ),
        _words(
            "Adriano Bruno Caio Diogo Edson Fábio Gilson Heitor João Luís Márcio Otávio Paulo Sérgio Thiago"
        ),
        _words(
            "Almeida Azevedo Barbosa Batista Cardoso Carvalho Coelho Correia Duarte Farias Lacerda Macedo Moreira Nogueira Pinheiro Queiroz Rezende Teixeira Vasconcelos Xavier"
        ),
        (("pt", 65),),
        "2131-1",
    ),
)
_PUBLIC = {
    ("Angela", "Daniels"), ("Anita", "Ward"), ("Anthony", "Mills"), ("Claire", "Danes"), ("Frederick", "Mercer"), ("Lee", "Daniels"),
    ("Charles", "Mills"), ("Marcus", "Garner"), ("Gloria", "Estrada"), ("Jorge", "Ramírez"), ("César", "Chávez"), ("Felipe", "Calderón"),
    ("Julio", "Chávez"), ("Hugo", "Chávez"), ("Rafael", "Correia"), ("Zoya", "Volkov"), ("Theodore", "Roosevelt"), ("Neil", "Armstrong"),
    ("Bernard", "Hopkins"), ("Lightnin", "Hopkins"), ("Harold", "Ford"), ("Cyrus", "Vance"), ("Russell", "Crowe"), ("Harriet", "Tubman"),
    ("Dorothy", "Fields"), ("Vanessa", "Bell"), ("Ruben", "Salazar"), ("Rubén", "Salazar"), ("Óscar", "Romero"), ("Benito", "Juárez"),
    ("Gabriela", "Mistral"), ("Ernesto", "Guerrero"), ("Minho", "Song"), ("Ralph", "Ellison"), ("Warren", "Moon"), ("Keith", "Sweat"),
    ("Emilio", "Estevez"), ("Ronald", "Reagan"), ("Pablo", "Escobar"), ("Grace", "Jones"), ("Vivian", "Malone"), ("Karl", "Malone"),
    ("Curtis", "Mayfield"), ("Barbara", "Walden"), ("Nicolás", "Maduro"), ("Charlotte", "Rampling"), ("Deborah", "Norville"),
}  # fmt: skip

LANGUAGES = {
    "en": "English", "es": "Spanish", "am": "Amharic", "fr": "French", "vi": "Vietnamese", "zh": "Chinese", "ko": "Korean",
    "ar": "Arabic", "hi": "Hindi", "bn": "Bengali", "ur": "Urdu", "ht": "Haitian Creole", "ru": "Russian", "uk": "Ukrainian",
    "pt": "Portuguese",
}  # fmt: skip


def pick_community(rng: Random) -> Community:
    return rng.choices(COMMUNITIES, [each.weight for each in COMMUNITIES])[0]


def pick_language(rng: Random, community: Community) -> str:
    """Return the language a person of this community is most at ease in."""
    roll = rng.randrange(100)
    for language, weight in community.languages:
        if roll < weight:
            return language
        roll -= weight
    return "en"


def pick_family(rng: Random, community: Community) -> str:
    first = rng.choice(community.families)
    if not community.two_surnames or rng.random() < 0.25:
        return first
    second = rng.choice(community.families)
    return f"{first} {second}" if second != first else first


def pick_given(rng: Random, community: Community, sex: str, family: str) -> list[str]:
    """Return one or two given names that do not make a public figure of the family name."""
    pool = community.women if sex == "female" else community.men
    first = rng.choice(pool)
    while (first, family.split(maxsplit=1)[0]) in _PUBLIC:
        first = rng.choice(pool)
    if community.key in {"english", "hispanic", "haitian", "portuguese"} and rng.random() < 0.4:
        middle = rng.choice(pool)
        return [first, middle] if middle != first else [first]
    return [first]
