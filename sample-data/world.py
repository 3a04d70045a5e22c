"""What the shop's people are called, where they live and what they write, by country: the words that make.py draws from.

Names are common ones, put together at random; nobody in particular is meant. A name that is not written in Latin letters
is followed by `/` and its handle for e-mail addresses. Nothing here reaches anybody: e-mail addresses and web sites end
in `.invalid` (RFC 2606), telephone numbers begin, after country and area, with digits that no exchange has, addresses of
computers are private, shared or reserved for benchmarks, and the check digits of bank accounts are wrong.
"""

from typing import NamedTuple


class Country(NamedTuple):
    """A country; in formats `#` is a digit, `@` a capital letter, `{n}` a house number, `{s}` a street's name."""

    code: str
    name: str
    currency: str
    prefix: str
    language: str
    weight: int
    first: list
    last: list
    full: str          # how a full name is put together
    cities: list
    streets: list
    street: str
    postcode: str
    phones: list
    tax: str


def country(code, name, currency, prefix, language, weight, first, last, full, cities, streets, street, postcode, phones, tax):
    """Splits the word lists."""
    return Country(code, name, currency, prefix, language, weight, first.split(), last.split(), full, cities.split("|"),
                   streets.split("|"), street, postcode, phones.split("|"), tax)


COUNTRIES = [
    country("DE", "Germany", "EUR", "+49", "de", 20,
            "Anna Jürgen Käthe Björn Sören Lena Jonas Mia Günther Ursula Emil Friederike Zoë Matthias Renate Özgür",
            "Müller Schmidt Weiß Krüger Schäfer Groß Hofmann Böhm Köhler Vogel Jäger Lange Roth Busch von_Hagen Kühn",
            "{first} {last}", "Berlin|Köln|München|Düsseldorf|Görlitz|Bad Tölz", "Lindenallee|Schloßstraße|Am Bächle|Hauptstraße|Gänsemarkt",
            "{s} {n}", "#####", "+49 30 0######|030/0######|0049 (0)89 0#####|+491000######", "DE0########"),
    country("US", "United States", "USD", "+1", "en", 18,
            "Emily Jacob Madison Ethan Olivia Aiden Chloe Tyler Grace Logan Hannah Dylan Zoe Wyatt Naomi Caleb",
            "Smith Johnson Williams Brown Miller Davis Wilson Anderson Taylor Moore O'Neil Harris Clark Lewis Walker Young",
            "{first} {last}", "Springfield|Portland|Fort Wayne|El Paso|Salt Lake City|Bend", "Maple St|Oak Ave|5th Ave|Sunset Blvd|County Road 12",
            "{n} {s}", "#####", "(206) 555-2###|+1 503-555-3###|415.555.4###|1-617-555-2### x##", "##-#######"),
    country("GB", "United Kingdom", "GBP", "+44", "en", 12,
            "Oliver Amelia Harry Isla George Poppy Freddie Siobhán Rhys Ffion Hamish Niamh Alfie Imogen Ewan Maisie",
            "Jones Evans Thompson O'Brien MacDonald Wright Hughes Lloyd-Price Bennett Cooper Ward Fraser Kaur Patel Begum Shaw",
            "{first} {last}", "London|Leeds|Cardiff|Aberdeen|Stoke-on-Trent|Bath", "High Street|Church Lane|King's Road|The Crescent|Station Approach",
            "{n} {s}", "@@# #@@", "+44 20 1### ####|020 2### ####|(0161) 000 ####|+44 7000 00####", "GB### #### ##"),
    country("FR", "France", "EUR", "+33", "fr", 10,
            "Élodie François Chloé Benoît Hélène Loïc Maëlle Théo Anaïs Gaël Inès Rémi Océane Jérôme Zoé Cédric",
            "Lefèvre Dubois Garçon Noël Mercier Bézier Rousseau Lemaître Fournier Côté d'Aubigné Gauthier Faure Hébert Brûlé Morel",
            "{first} {last}", "Paris|Lyon|Besançon|Orléans|Saint-Étienne|Nîmes", "rue de l'Église|avenue des Tilleuls|place du Marché|chemin Vert|quai Sud",
            "{n}, {s}", "#####", "+33 1 0# ## ## ##|01.0#.##.##.##|0033 4 0#######", "FR## #########"),
    country("PL", "Poland", "PLN", "+48", "pl", 7,
            "Małgorzata Łukasz Agnieszka Paweł Zofia Świętosław Bożena Michał Kasia Grzegorz Żaneta Tomasz",
            "Wójcik Kowalczyk Dąbrowska Łęcki Szczęsny Wiśniewska Zając Jabłoński Górska Żak Krawczyk Pająk",
            "{first} {last}", "Łódź|Kraków|Gdańsk|Wrocław|Częstochowa", "ul. Długa|ul. Świętej Anny|al. Róż|pl. Wolności", "{s} {n}",
            "##-###", "+48 10 ### ## ##|10 ### ## ##", "PL##########"),
    country("SE", "Sweden", "SEK", "+46", "sv", 5,
            "Åsa Björn Linnéa Göran Elsa Håkan Maja Örjan Ebba Nils Saga Sixten",
            "Åkesson Lindström Nyström Öberg Sjögren Ek Wallin Björk Hägg Lundqvist Ström Berg",
            "{first} {last}", "Göteborg|Malmö|Umeå|Örebro|Växjö", "Storgatan|Ängsvägen|Kyrkogränd|Skolgatan", "{s} {n}", "### ##",
            "+46 8 0## ### ##|08-0## ## ##", "SE##########01"),
    country("BR", "Brazil", "BRL", "+55", "pt", 6,
            "João Letícia Antônio Conceição Luís Beatriz Caio Júlia Otávio Heloísa Davi Inês",
            "Gonçalves Araújo Simões da_Silva Magalhães Brandão Falcão Guimarães Leitão Peixoto Sá Tôrres",
            "{first} {last}", "São Paulo|Brasília|Florianópolis|Maceió|Goiânia", "Rua das Acácias|Avenida São João|Travessa do Café|Rua Três", "{s}, {n}",
            "#####-###", "+55 11 1###-####|(21) 1####-####", "###.###.###-00"),
    country("TR", "Türkiye", "TRY", "+90", "tr", 4,
            "Ayşe Çağla İbrahim Gülşen Oğuz Ümit Şebnem Işık Ömer Zeynep",
            "Yılmaz Öztürk Şahin Çelik Güneş Doğan Kılıç Aydın Işıldak Erdoğmuş",
            "{first} {last}", "İstanbul|İzmir|Eskişehir|Muğla", "Çınar Sokak|Gül Caddesi|Bağ Yolu", "{s} No: {n}", "#####", "+90 212 0## ## ##", "##########"),
    country("GR", "Greece", "EUR", "+30", "el", 4,
            "Ελένη/eleni Γιώργος/giorgos Κατερίνα/katerina Νίκος/nikos Δήμητρα/dimitra Άγγελος/angelos Ιωάννα/ioanna Σπύρος/spyros",
            "Παπαδόγλου/papadoglou Νικολάου/nikolaou Ξενάκη/xenaki Αθανασίου/athanasiou Ψαρράς/psarras Βλάχου/vlachou Ζήση/zisi Ράλλης/rallis",
            "{first} {last}", "Αθήνα|Θεσσαλονίκη|Πάτρα|Ηράκλειο", "Οδός Ερμού|Λεωφόρος Κηφισίας|Πλατεία Ομονοίας", "{s} {n}", "### ##",
            "+30 210 0######|210 0######", "EL#########"),
    country("UA", "Ukraine", "UAH", "+380", "uk", 5,
            "Оксана/oksana Тарас/taras Юлія/yuliia Богдан/bohdan Соломія/solomiia Ярослав/yaroslav Наталя/natalia Їжак/yizhak",
            "Шевчук/shevchuk Коваленко/kovalenko Бойко/boiko Ткаченко/tkachenko Мельник/melnyk Гриценко/hrytsenko Лисенко/lysenko Єфименко/yefymenko",
            "{last} {first}", "Київ|Львів|Одеса|Івано-Франківськ", "вул. Садова|вул. Лесі Українки|просп. Миру", "{s}, {n}", "#####",
            "+380 44 0##-##-##|(044) 0## ## ##", "##########"),
    country("JP", "Japan", "JPY", "+81", "ja", 7,
            "さくら/sakura 太郎/taro 美咲/misaki 翔太/shota 陽菜/hina 健一/kenichi ユミ/yumi 大輔/daisuke 直子/naoko 蓮/ren",
            "佐藤/sato 鈴木/suzuki 高橋/takahashi 渡辺/watanabe 小林/kobayashi 吉田/yoshida 佐々木/sasaki 山口/yamaguchi 井上/inoue 清水/shimizu",
            "{last} {first}", "東京都|大阪市|札幌市|横浜市", "中央区銀座|北区梅田|港区芝公園|西区みなとみらい", "{s}{n}-#-##", "###-####",
            "+81 3-0###-####|03-0###-####|０３－０＃＃＃－＃＃＃＃", "T#############"),
    country("CN", "China", "CNY", "+86", "zh", 6,
            "伟/wei 芳/fang 秀英/xiuying 敏/min 静/jing 强/qiang 丽/li 小龙/xiaolong 雪梅/xuemei 子涵/zihan",
            "王/wang 李/li 张/zhang 刘/liu 陈/chen 杨/yang 赵/zhao 黄/huang 欧阳/ouyang 司马/sima",
            "{last}{first}", "北京市|上海市|广州市|成都市", "人民路|长安街|解放大道|南京西路", "{s}{n}号", "######", "+86 10 0### ####|010-0#######|100 #### ####",
            "91########MA0"),
    country("KR", "South Korea", "KRW", "+82", "ko", 4,
            "민준/minjun 서연/seoyeon 지후/jihu 하은/haeun 도윤/doyun 수빈/subin 예린/yerin 현우/hyunwoo",
            "김/kim 이/lee 박/park 최/choi 정/jung 남궁/namgung 황보/hwangbo 강/kang",
            "{last}{first}", "서울시|부산시|대구시|제주시", "강남대로|종로|해운대로", "{s} {n}", "#####", "+82 2-0###-####|02-0###-####", "###-##-#####"),
    country("IN", "India", "INR", "+91", "hi", 6,
            "अनन्या/ananya रोहन/rohan प्रिया/priya अर्जुन/arjun दीपिका/deepika विक्रम/vikram कविता/kavita सूरज/suraj",
            "शर्मा/sharma वर्मा/verma गुप्ता/gupta सिंह/singh मिश्रा/mishra जोशी/joshi नायर/nair यादव/yadav",
            "{first} {last}", "दिल्ली|मुंबई|जयपुर|लखनऊ", "महात्मा गांधी मार्ग|स्टेशन रोड|नेहरू नगर", "{n}, {s}", "######", "+91 10### #####|010-########",
            "@@@@@####@"),
    country("EG", "Egypt", "EGP", "+20", "ar", 5,
            "فاطمة/fatma محمد/mohamed ليلى/layla أحمد/ahmed نور/nour يوسف/youssef مريم/mariam خالد/khaled",
            "حسن/hassan السيد/elsayed منصور/mansour إبراهيم/ibrahim عبد_الله/abdallah فاروق/farouk سليمان/soliman البدري/elbadry",
            "{first} {last}", "القاهرة|الإسكندرية|الجيزة|أسوان", "شارع النيل|ميدان التحرير|شارع الورد", "{n} {s}", "#####",
            "+20 2 0### ####|٠٢ ٠٠٠# ####", "###-###-###"),
    country("IL", "Israel", "ILS", "+972", "he", 3,
            "נועה/noa דוד/david שירה/shira יוסף/yosef תמר/tamar איתן/eitan",
            "כהן/cohen לוי/levi מזרחי/mizrahi פרץ/peretz ביטון/biton אברהם/avraham",
            "{first} {last}", "תל אביב|חיפה|באר שבע", "רחוב הרצל|שדרות רוטשילד|דרך יפו", "{s} {n}", "#######", "+972 3-0##-####|03-0######", "#########"),
]

# Countries of the reference table in which nobody lives yet.
EMPTY_COUNTRIES = [("CI", "Côte d'Ivoire", "XOF", "+225"), ("LI", "Liechtenstein", "CHF", "+423"),
                   ("NZ", "New Zealand", "NZD", "+64"), ("PW", "Palau", "USD", "+680")]

MAIL_HOSTS = ["postfach.invalid", "mail.invalid", "kurier.invalid", "courrier.invalid", "inbox.invalid", "uni-nord.invalid",
              "pochta.invalid", "Fastmail.INVALID", "yubin.invalid", "bareed.invalid"]

# Full names that break what was not thought through. Nobody's.
UGLY_NAMES = ["", " ", "O", "  Leading Blank", "Trailing Blank  ", "Null", "NULL", "\\N", "O'Connor-D'Arcy", 'Ann "Annie" Lee', "Back\\slash Bob",
              "Tab\tTabitha", "Line\nBreak Lina", "Cr\r\nLf Carla", "Robert'); DROP TABLE customers; --", "Zoe\u0308 Decomposed", "Zero\u200bWidth Wanda",
              "🦊 Fox", "👩\u200d🚀 Ada Astronaut", "x" * 64, "Ænima Þórðardóttir-Ðýrfjörð", "Dr.-Ing. h.c. Maximiliana Theodora Alexandrina Freifrau von und zu "
              "Hohenwald-Schattenstein-Birkenau auf Klein Lützelburg, geb. Gräfin Adlerhorst", "Σ", "李", "$1.00", "{curly}", "a,b;c|d", "100% Cotton",
              "<b>Bold</b> & Co", "=SUM(A1:A9)", "ﺍﻟﺴﻼم Mixed Script Мария", "\u202eesreveR", "ｆｕｌｌｗｉｄｔｈ", "Ｎ．Ｏ．", "-", "'", '"', "true", "1e5"]

# What customers write about products, by language: title and sentences; `{p}` is the product.
PRAISE = {
    "en": ("Love it! 😍|Not for me|Would buy again", "The {p} arrived two days early.|It broke after a week, sadly.|My neighbour {f} wants one too!|Five stars ⭐⭐⭐⭐⭐|"
           "Don't bother: \"premium\" it is not."),
    "de": ("Spitze!|Geht so|Nie wieder …", "Das {p} ist größer als gedacht.|Lieferung über Umwege, aber heil.|Meine Tante {f} ist begeistert 🙂|Preis/Leistung stimmt."),
    "fr": ("Parfait !|Déçue|Très bon rapport qualité-prix", "Le {p} est arrivé abîmé.|C'est exactement ce que {f} cherchait.|Livraison rapide, merci 👍|Où est la notice ?"),
    "pl": ("Świetny zakup|Mogło być lepiej", "{p} działa bez zarzutu.|Przesyłka szła aż 9 dni…|Polecam, {f}."),
    "sv": ("Toppen!|Sådär", "{p} höll måttet.|Färgen är mer grön än på bilden.|Hälsningar från {f} i Småland 🌲"),
    "pt": ("Adorei ❤️|Não recomendo", "O {p} é ótimo, minha avó {f} aprovou.|Chegou com a caixa amassada.|Atenção ao tamanho!"),
    "tr": ("Çok güzel|İdare eder", "{p} beklediğimden iyi çıktı.|Kargo geç geldi, ama sağlam.|{f} için aldım, teşekkürler 🌷"),
    "el": ("Εξαιρετικό!|Μέτριο", "Το {p} ήρθε γρήγορα.|Δεν ταιριάζει με την περιγραφή.|Ευχαριστώ, {f} 😊"),
    "uk": ("Чудово!|Так собі", "{p} виявився кращим, ніж очікувала.|Доставка затрималася на тиждень.|Дякую, {f} 🌻"),
    "ja": ("最高です！|普通かな", "{p}はとても使いやすいです。|箱が少し潰れていました。|{f}さんにも勧めました🎌|サイズに注意。"),
    "zh": ("非常满意|一般般", "{p}质量很好，物流很快。|颜色跟图片不一样。|已经推荐给{f}了👍"),
    "ko": ("강력 추천!|그저 그래요", "{p} 정말 마음에 들어요.|배송이 늦었습니다.|{f} 씨에게 선물했어요 🎁"),
    "hi": ("बहुत बढ़िया!|ठीक-ठाक", "{p} समय पर मिला।|रंग तस्वीर से अलग है।|{f} को भी पसंद आया 🙏"),
    "ar": ("ممتاز!|لا بأس", "وصل {p} بسرعة.|الجودة أقل من المتوقع.|شكراً يا {f} 🌙"),
    "he": ("מעולה!|ככה ככה", "ה{p} הגיע בזמן.|הצבע שונה מהתמונה.|תודה ל{f} 🙂"),
}

# What customers write to support: subject and body; `{o}` is an order, `{n}` a name, `{m}` an e-mail address, `{t}` a telephone number.
COMPLAINTS = [
    ("Where is order {o}?", "Hello,\n\nI ordered three weeks ago and nothing came. Please call me on {t}.\n\nRegards\n{n}"),
    ("Rechnung fehlt – Bestellung {o}", "Guten Tag,\nbitte die Rechnung an {m} schicken.\nMit freundlichen Grüßen\n{n}\nTel. {t}"),
    ("Mot de passe oublié", "Bonjour, je n'arrive plus à me connecter avec {m}. Merci d'avance ! {n}"),
    ("返品について（注文番号{o}）", "お世話になっております。{n}です。\n商品が壊れていました。{t}までご連絡ください。"),
    ("Wrong address", "It went to my old flat. New one: see my account. My wife can take it, ask for {n}, {t}."),
    ("Не приходить підтвердження", "Вітаю! Лист на {m} так і не прийшов. {n}"),
    ("طلب استرجاع {o}", "مرحباً، أود استرجاع المبلغ. رقمي {t}. {n}"),
    ("Re: Re: Fwd: {o}", "> On Monday you wrote:\n> \"we'll fix it\"\n\nYou didn't. C:\\invoices\\{o}.pdf is attached.\t-- {n} <{m}>"),
    ("Delete my account", "Under Art. 17 GDPR, delete everything about {n} ({m}, {t}) 🗑️"),
]

GIFTS = ["Happy birthday, {n}! 🎂", "Alles Liebe zur Hochzeit, {n} 💍", "お誕生日おめでとう、{n}！", "Bon anniversaire {n}\nde toute l'équipe", "Für {n} – \"die Beste\"", "С днём рождения, {n}!"]

DELIVERY_NOTES = ["Leave with {n} next door", "Bitte bei {n} klingeln, 3. Stock links", "Code porte 4711#, demander {n}", "Beware of the dog 🐕", "不在時は{n}へ", "Ring twice;\nthen wait"]

COMPANIES = ["{l} GmbH & Co. KG", "{l} & Sons Ltd", "{l} S.A.R.L.", "株式会社{l}", "{l} Sp. z o.o.", "Atelier {l}", "{l} \"Best\" Traders", "ТОВ «{l}»"]

CATEGORIES = {"Home": "Kitchen Garden Lighting Bedding", "Clothing": "Women Men Children Shoes", "Books": "Fiction Travel Cooking",
              "Electronics": "Audio Phones Cameras", "Sports": "Running Cycling Camping", "Toys": "Puzzles Plush Outdoor"}

PRODUCTS = {"adjectives": "Nordic Vintage Compact Bamboo Solar Woollen Tiny Folding Enamel Café Señor Zürich".split(),
            "nouns": "Lamp Kettle Tent Jacket Puzzle Speaker Blanket Notebook Backpack Bottle Clock Mug".split()}

USER_AGENTS = ["Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0",
               "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
               "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36",
               "ShopApp/4.2.1 (Android 14; Pixel 8)", "curl/8.5.0"]

JOBS = ["Managing Director", "Head of Support", "Head of Warehouse", "Buyer", "Support Agent", "Picker", "Accountant", "Developer"]
