# ruff: noqa: E501 (tables)
"""What somebody is dressed up as or does, and what shows it: "a pirate cat", "a frog as a king", "圣诞熊猫"."""

from __future__ import annotations

import re

from multimodal.data.phrases import ARTICLE, COLORS
from multimodal.reading.phrases import any_of
from multimodal.reading.relations import Relation

ROLES = {  # what one has in a role → words for it: en, es, fr, de, it, pt, ru, zh, ja, ko, ar, hi; with "-" where it is part of a word
    "crown": "king, queen, royal, princess, prince, monarch, emperor, empress, rey, reina, princesa, príncipe, roi, reine, princesse, könig, königin, königs-, prinzessin, prinz, prinzessinnen-, regina, principessa, principe, rei, rainha, король, королева, принцесса, принц, 国王, 女王, 公主, 王子, 王様, お姫様, お姫さま, 왕, 왕자, 여왕, 공주, ملك, ملكة, أميرة, राजा, रानी, राजकुमारी",
    "top hat": "gentleman, fancy, classy, posh, dapper, elegant, aristocratic, ringmaster, elegante, élégant, élégante, vornehmer, vornehme, vornehmes, eleganter, elegantes, элегантный, фокусник, 绅士, 紳士, 신사",
    "top hat, magic wand": "magician, mago, magicien, zauberer, 魔术师, マジシャン, 마술사",
    "magic wand": "wizard, witch, sorcerer, sorceress, warlock, mage, fairy, brujo, bruja, maga, hechicero, hechicera, hada, sorcier, sorcière, magicienne, fée, zauber-, hexe, hexen-, fee, stregone, strega, fata, bruxo, bruxa, feiticeiro, feiticeira, fada, волшебник, волшебница, маг, ведьма, колдун, фея, 巫师, 女巫, 魔法师, 仙女, 魔法使い, 魔女, 妖精, 마법사, 마녀, 요정, ساحر, ساحرة, जादूगर",
    "cooking": "chef, cook, cooking, cocinero, cocinera, cuisinier, cuisinière, koch, köchin, cuoco, cuoca, cozinheiro, cozinheira, повар, шеф-повар, 厨师, 大厨, シェフ, コック, コックさん, 料理人, 요리사, 셰프, طباخ, रसोइया, शेफ",
    "baguette bread": "baker, baking, panadero, panadera, boulanger, boulangère, bäcker, bäckerin, fornaio, panettiere, padeiro, padeira, пекарь, 面包师, パン屋, パン屋さん, 제빵사",
    "magnifying glass tilted left": "detective, sherlock, sherlock holmes, investigator, inspector, spy, détective, detektiv, investigatore, detetive, детектив, сыщик, шпион, 侦探, 探偵, 탐정, محقق, जासूस",
    "pirate flag": "pirate, pirata, pirat, piratin, piraten-, пират, пиратский, 海盗, 海賊, 해적, قرصان, समुद्री डाकू",
    "wrapped gift, Christmas tree": "christmas, christmassy, xmas, x-mas, navideño, navideña, navidad, noël, weihnachten, weihnachts-, weihnachtlicher, weihnachtliche, natalizio, natalizia, natale, natalino, natalina, natal, рождественский, рождественская, новогодний, новогодняя, 圣诞, 圣诞节, クリスマス, 크리스마스, عيد الميلاد, क्रिसमस",
    "wrapped gift": "santa, festive, サンタ, 산타",
    "birthday cake": "생일 맞은, birthday, bday, b-day, cumpleaños, cumpleañero, cumpleañera, anniversaire, geburtstag, geburtstags-, compleanno, aniversário, aniversariante, именинник, именинница, 生日, 誕生日, お誕生日, バースデー, 생일, عيد ميلاد, जन्मदिन",
    "jack-o-lantern": "halloween, spooky, halloween-, хэллоуин, хэллоуинский, 万圣节, ハロウィン, ハロウィーン, 할로윈, 핼러윈, هالوين, हैलोवीन",
    "red envelope": "过年, 新年, 春节, chinese new year, lunar new year, お正月, 正月, 설날",
    "red heart": "valentine, valentines, valentine's, valentine’s, valentines day, valentine's day, valentine’s day, san valentín, saint-valentin, valentinstag, valentinstags-, san valentino, день святого валентина, 情人节, バレンタイン, 발렌타인",
    "egg": "easter, pascua, pâques, ostern, oster-, pasqua, páscoa, пасхальный, пасхальная, 复活节, イースター, 부활절",
    "four leaf clover": "lucky, leprechaun, st patricks day, st patrick's day, st. patrick's day, saint patrick",
    "rainbow flag": "pride, gay, lgbt, lgbtq, queer",
    "transgender flag": "trans, transgender",
    "stethoscope": "doctor, doc, dr, dr., nurse, vet, veterinarian, surgeon, medic, paramedic, physician, médico, médica, doctora, enfermero, enfermera, docteur, médecin, infirmier, infirmière, vétérinaire, arzt, ärztin, doktor, tierarzt, krankenpfleger, krankenschwester, dottore, dottoressa, medico, infermiere, infermiera, veterinario, doutor, doutora, enfermeiro, enfermeira, врач, доктор, медсестра, ветеринар, 医生, 护士, 兽医, 医者, お医者さん, 看護師, ナース, 獣医, 의사, 간호사, 수의사, طبيب, طبيبة, डॉक्टर, नर्स",
    "graduation cap": "uni, graduate, graduated, graduation, graduating, student, professor, scholar, teacher, academic, estudiante, graduado, graduada, profesor, profesora, diplômé, diplômée, étudiant, étudiante, professeur, prof, absolvent, lehrer, lehrerin, laureato, laureata, studente, professore, professoressa, maestra, formando, formado, estudante, professora, выпускник, выпускница, студент, профессор, учитель, 毕业, 毕业生, 学生, 教授, 老师, 博士, 卒業, 卒業生, 先生, 졸업, 졸업생, 학생, 교수, 선생님, طالب, أستاذ, معلم, छात्र, शिक्षक",
    "glasses": "nerd, nerdy, geek, geeky, smart, clever, intellectual, hipster, librarian, bookish, empollón, intello, streber, schlauer, schlaue, kluger, secchione, intelligente, inteligente, умный, умная, ботаник, 书呆子, 学霸, 聪明, オタク, 賢い, 똑똑한",
    "woman’s hat": "cowboy, cowgirl, vaquero, vaquera, cow-boy, ковбой, 牛仔, カウボーイ, 카우보이, راعي بقر",
    "pizza": "pizzaiolo, pizzaiola, pizzero, pizza chef, pizza maker, pizza baker, pizzabäcker, pizza delivery, 披萨师傅, ピザ職人",
    "sunglasses": "cool, badass, swag, celebrity, movie star, film star, hollywood, rapper, summer, secret agent, bodyguard, cooler, coole, cooles, крутой, крутая, крутое, 酷, 酷酷, 夏天, クール, クールな, かっこいい, 夏, 멋진, 쿨한, 여름",
    "sunglasses, tropical drink": "vacation, beach, tropical",
    "rescue worker’s helmet": "construction worker, construction, builder, engineer, miner, architect, obrero, albañil, ingeniero, ouvrier, maçon, ingénieur, bauarbeiter, ingenieur, operaio, muratore, ingegnere, pedreiro, engenheiro, строитель, инженер, шахтёр, 工程师, 建筑工人, 建筑工, 工人, エンジニア, 大工, 工事, 엔지니어, 건설, مهندس, इंजीनियर",
    "rescue worker’s helmet, fire extinguisher": "firefighter, fireman, bombero, pompier, feuerwehrmann, feuerwehr-, pompiere, vigile del fuoco, bombeiro, пожарный, 消防员, 消防士, 소방관, رجل إطفاء",
    "police car light": "police, police officer, policeman, policewoman, cop, sheriff, policía, policier, policière, polizist, polizistin, polizei-, poliziotto, poliziotta, policial, полицейский, полицейская, 警察, お巡りさん, 警察官, 경찰, 경찰관, شرطي, पुलिस",
    "military helmet": "soldier, army, military, commando, veteran, soldado, soldat, militaire, soldaten-, soldato, солдат, 士兵, 军人, 兵士, 軍人, 兵隊, 군인, جندي, सैनिक",
    "laptop": "hackerman, programmer, programming, coder, coding, developer, hacker, hacking, software engineer, software developer, web developer, data scientist, streamer, programador, programadora, informático, desarrollador, programmeur, programmeuse, développeur, informaticien, programmierer, programmiererin, entwickler, informatiker, programmatore, programmatrice, sviluppatore, informatico, desenvolvedor, desenvolvedora, программист, хакер, разработчик, 程序员, 黑客, 码农, プログラマー, ハッカー, 프로그래머, 개발자, 해커, مبرمج, प्रोग्रामर",
    "artist palette": "artist, painter, painting, artsy, artista, pintor, pintora, peintre, artiste, künstler, künstlerin, maler, malerin, pittore, pittrice, художник, художница, 画家, 艺术家, 芸術家, 絵描き, 화가, 예술가, رسام, चित्रकार",
    "microphone": "singer, pop star, popstar, karaoke, diva, comedian, cantante, chanteur, chanteuse, sänger, sängerin, cantor, cantora, певец, певица, 歌手, アイドル, 가수, 아이돌, مغني, مغنية, गायक",
    "microphone, headphone": "podcaster",
    "guitar": "rock star, rockstar, rocker, rock and roll, rock'n'roll, guitarist, musician, músico, música, rockero, rockera, guitarrista, musicien, musicienne, guitariste, musiker, musikerin, gitarrist, musicista, rockettaro, chitarrista, roqueiro, рокер, рок-звезда, гитарист, музыкант, 摇滚, 摇滚明星, 吉他手, 音乐家, ロック, ロックスター, ミュージシャン, ギタリスト, 록스타, 기타리스트, 음악가, موسيقي, संगीतकार",
    "violin": "violinist, violinista, violoniste, geiger, geigerin, скрипач, 小提琴家, バイオリニスト, 바이올리니스트",
    "drum": "drummer, baterista, batteur, schlagzeuger, batterista, барабанщик, 鼓手, ドラマー, 드러머",
    "saxophone": "jazz, jazzy, saxophonist",
    "headphone": "djing, dj, d.j., disc jockey, lofi, lo-fi, диджей, 디제이",
    "video game": "gamer, gaming, videojugador, zocker, videogiocatore, геймер, 游戏玩家, 玩家, 电竞, ゲーマー, 게이머",
    "hot beverage": "barista, coffee, coffee-loving, coffee loving, caffeinated, кофейный, 咖啡师, バリスタ, 바리스타",
    "soccer ball": "soccer, soccer player, footballer, futbolista, footballeur, footballeuse, fußballer, fußballerin, fußballspieler, fußball-, calciatore, calciatrice, jogador de futebol, футболист, 足球, 足球运动员, サッカー, サッカー選手, 축구, 축구선수",
    "american football": "quarterback, nfl",
    "basketball": "basketball, basketball player, nba, basketballer, baloncestista, basketteur, basketballspieler, cestista, баскетболист, 篮球, 篮球运动员, バスケ, バスケットボール, 농구, 농구선수",
    "baseball": "baseball, baseball player, 棒球, 野球, 야구, 야구선수",
    "tennis": "tennis, tennis player, tenista, tennisman, tennisspieler, tennista, теннисист, 网球, テニス, 테니스",
    "flag in hole": "golfer, golfing, golf",
    "boxing glove": "권투선수, boxer, boxing, boxeador, boxeadora, boxeur, boxeuse, pugile, боксёр, боксер, 拳击手, 拳击, ボクサー, ボクシング, 권투, 복서",
    "martial arts uniform": "karate, judo, kung fu, kung-fu, karateka, sensei, taekwondo, каратист, 功夫, 空手, カンフー, 쿵푸, 태권도",
    "sports medal": "olympic, athlete, athletic, olympian, atleta, athlète, sportler, sportlerin, спортсмен, 运动员, アスリート, 운동선수",
    "trophy": "champion, champ, winner, winning, victorious, campeón, campeona, ganador, ganadora, championne, gagnant, gagnante, sieger, siegerin, gewinner, campione, campionessa, vincitore, campeão, campeã, vencedor, чемпион, победитель, 冠军, 优胜, チャンピオン, 優勝, 챔피언, 우승, بطل, विजेता",
    "dagger": "ninja, assassin, ниндзя, 忍者, 刺客, ニンジャ, 닌자, نينجا, निंजा",
    "dagger, shield": "ritter-, knight, chevalier, ritter, cavaliere, cavaleiro, caballero medieval, рыцарь, 骑士, 騎士, 기사",
    "shield": "فارس",
    "crossed swords": "warrior, samurai, gladiator, viking, barbarian, fighter, guerrero, guerrera, samurái, vikingo, guerrier, guerrière, samouraï, krieger, kriegerin, wikinger, guerriero, guerriera, vichingo, guerreiro, guerreira, воин, самурай, викинг, 战士, 武士, 戦士, 侍, サムライ, バイキング, 전사, 사무라이, 바이킹, محارب, ساموراي, योद्धा",
    "bow and arrow": "archer, cupid, hunter, robin hood, elf, elven, arquero, arquera, cupido, cazador, archère, cupidon, chasseur, bogenschütze, jäger, arciere, cacciatore, arqueiro, caçador, лучник, охотник, купидон, амур, эльф, 弓箭手, 猎人, 丘比特, 射手, 狩人, キューピッド, 궁수, 사냥꾼, 큐피드",
    "kitchen knife": "butcher, stabby, carnicero, boucher, metzger, macellaio, açougueiro, мясник, 屠夫, 肉屋, 정육점",
    "party popper": "silvester-, nochevieja, capodanno, réveillon, новый год, party, partying, celebrating, celebratory, new year, new years, new year's, new year’s, fiestero, fiestera, de fiesta, party-, праздничный, праздничная, 派对, 庆祝, パーティー, 파티",
    "fishing pole": "fisherman, fishing, angler, pescador, pescadora, pêcheur, pêcheuse, angelnder, fischer, pescatore, рыбак, 钓鱼, 渔夫, 釣り人, 釣り師, 漁師, 낚시꾼, 낚시하는, 어부, صياد",
    "money bag": "capitalist, kapitalist, capitalista, capitaliste, капиталист, tycoon, rich, wealthy, millionaire, billionaire, millonario, riche, millionnaire, reicher, reiche, reiches, ricco, ricca, milionario, milionária, milionário, богатый, богатая, миллионер, 有钱, 富豪, 土豪, 百万富翁, お金持ちの, お金持ち, 金持ちの, 부자, غني, अमीर",
    "necktie, briefcase": "businessman, business, lawyer, office worker, corporate, salaryman, ejecutivo, oficinista, homme d'affaires, geschäftsmann, empresário, executivo, бизнесмен, офисный, 上班族, サラリーマン, ビジネスマン, 회사원, 직장인",
    "necktie": "boss, manager, ceo, banker, accountant, jefe, abogado, patron, avocat, anwalt, büro-, capo, avvocato, advogado, босс, начальник, юрист, 老板, 总裁, 律师, 商务, 社長, 弁護士, 사장, 변호사, مدير, محامي, बॉस, वकील",
    "test tube, goggles": "mad scientist, scientist, chemist, científico, científica, scientifique, wissenschaftler, wissenschaftlerin, scienziato, scienziata, cientista, учёный, ученый, химик, 科学家, 科学者, 과학자",
    "test tube": "scientific, químico, chimiste, forscher, chemiker, chimico, 化学家, عالم, वैज्ञानिक",
    "goggles": "steampunk",
    "telescope": "astronomer, stargazing, stargazer, astrónomo, astronome, astronom, astronomo, астроном, 天文学家, 天文学者, 천문학자",
    "rocket": "astronaut, cosmonaut, space, spaceman, nasa, astronauta, astronaute, spationaute, cosmonaute, weltraum-, космонавт, астронавт, 宇航员, 太空, 航天员, 宇宙飛行士, 宇宙, 우주비행사, 우주, رائد فضاء, अंतरिक्ष यात्री",
    "airplane": "aviator, pilot, piloto, pilote, aviateur, pilotin, pilota, aviatore, пилот, лётчик, 飞行员, パイロット, 조종사, 파일럿, طيار, पायलट",
    "anchor": "sailor, captain, ship captain, sea captain, nautical, marinero, marinera, capitán, capitaine, matrose, kapitän, seemann, marinaio, capitano, marinheiro, capitão, моряк, капитан, 水手, 船长, 海军, 船長, 船乗り, 水兵, 선장, 선원, بحار, कप्तान",
    "skateboard": "skater, skateboarder, skateboarding, 滑板, スケボー, スケートボーダー, 스케이트보드, скейтер, скейтбордист",
    "bicycle": "cyclist, cycling, biking, ciclista, cycliste, radfahrer, велосипедист, サイクリスト",
    "motorcycle": "biker, motorcyclist, motero, motera, motard, motociclista, motoqueiro, байкер, мотоциклист, 机车, バイカー, 바이커, 오토바이",
    "skis": "skier, skiing, esquiador, skieur, skifahrer, sciatore, лыжник, 滑雪, スキーヤー, 스키",
    "sled": "sledding, sledging, tobogganing",
    "ice skate": "figure skater, ice skating, ice skater",
    "roller skate": "roller skating, rollerskating, roller derby",
    "potted plant": "gardener, gardening, plant-loving, jardinero, jardinera, jardinier, jardinière, gärtner, gärtnerin, giardiniere, jardineiro, садовник, 园丁, 庭師, 정원사, بستاني, माली",
    "ear of corn": "farmer, farming, granjero, granjera, agricultor, fermier, fermière, agriculteur, bauer, bäuerin, landwirt, contadino, contadina, fazendeiro, fazendeira, agricultora, фермер, 农民, 农夫, 農家, 農夫, 농부, مزارع, किसान",
    "camera": "photographer, tourist, paparazzi, touristy, fotógrafo, fotógrafa, turista, photographe, touriste, fotograf, fotografin, fotografo, fotografa, фотограф, турист, туристка, 摄影师, 游客, カメラマン, 写真家, 観光客, 사진작가, 관광객, 사진사, مصور, سائح, फोटोग्राफर",
    "backpack": "school, schoolboy, schoolgirl, first day of school, back to school, pupil, colegial, écolier, schüler, schülerin, scolaro, школьник, 小学生, 초등학생, hiker, hiking, backpacker, backpacking, traveler, traveller, traveling, travelling, schoolkid, excursionista, viajero, viajera, mochilero, randonneur, randonneuse, voyageur, voyageuse, wanderer, reisender, viaggiatore, viaggiatrice, escursionista, viajante, mochileiro, путешественник, путешественница, 旅行者, 旅行, 徒步, 旅人, ハイカー, 登山家, 여행자, 등산객, مسافر, यात्री",
    "compass": "explorer, adventurer, explorador, exploradora, aventurero, explorateur, exploratrice, entdecker, abenteurer, esploratore, esploratrice, avventuriero, aventureiro, исследователь, 探险家, 探検家, 冒険家, 탐험가, مستكشف",
    "hammer": "carpenter, handyman, blacksmith, thor, carpintero, carpintera, menuisier, charpentier, tischler, schreiner, falegname, carpinteiro, плотник, 木匠, 铁匠, 鍛冶屋, 목수, نجار, बढ़ई",
    "wrench": "mechanic, plumber, repairman, mecánico, mecánica, fontanero, mécanicien, plombier, mechaniker, mechanikerin, klempner, meccanico, idraulico, mecânico, encanador, механик, сантехник, 修理工, 机械师, 水管工, 整備士, 修理屋, 配管工, 정비사, 수리공, 배관공, ميكانيكي, मैकेनिक",
    "broom": "cleaner, cleaning, janitor, maid, housekeeper, limpiador, conserje, concierge, putzender, putzende, bidello, faxineiro, уборщик, уборщица, 清洁工, 保洁, 掃除する, メイド, 청소부, 청소하는",
    "popcorn": "movie, movie night, cinema, moviegoer, cinephile, cinéphile, киноман",
    "clapper board": "director, movie director, film director, filmmaker, cineasta, réalisateur, regisseur, regista, режиссёр, 导演, 映画監督, 감독",
    "crystal ball": "fortune teller, fortune-teller, psychic, oracle, vidente, adivina, voyante, voyant, wahrsager, wahrsagerin, chiromante, indovino, гадалка, 占卜师, 占い師, 점쟁이, عراف",
    "scarf": "winter, wintry, wintery, cozy, cosy, invierno, hiver, winter-, winterlicher, winterliche, inverno, invernale, зимний, зимняя, 冬天, 冬, 겨울, الشتاء",
    "envelope": "mailman, postman, mail carrier, mail, postal, cartero, cartera, facteur, factrice, postbote, postbotin, briefträger, postino, postina, carteiro, почтальон, 邮递员, 快递员, 郵便屋さん, 郵便屋, 郵便配達員, 집배원, 우체부, ساعي البريد, डाकिया",
    "bouquet": "romantic, bride, romántico, romántica, romantique, romantischer, romantische, romantisches, romantico, romantica, romântico, romântica, романтичный, романтичная, 浪漫, ロマンチックな, 로맨틱한",
    "newspaper": "reporter, journalist, periodista, reportero, journaliste, reporterin, journalistin, giornalista, jornalista, журналист, 记者, 記者, 기자, صحفي, पत्रकार",
    "books": "studying, studious, book-loving, estudioso, estudiosa, lernender, lernende, fleißiger, fleißige, studioso, 学习, 勉強する, 勉強中の, 공부하는",
    "ballet shoes": "danseuse, danseuse étoile, tänzerin, танцовщица, ballerina, ballet, ballet dancer, bailarina, bailarina de ballet, ballerine, ballerino, балерина, 芭蕾, バレリーナ, バレエ, 발레리나, 발레",
    "balance scale": "judge, juez, jueza, juge, richter, richterin, giudice, juiz, juíza, судья, 法官, 裁判官, 판사, قاضي, न्यायाधीश",
    "megaphone": "cheerleader, protester, activist, coach, porrista, animadora, demonstrant, 拉拉队, チアリーダー, 치어리더",
    "beer mug": "drunk, beer, boozy, oktoberfest, borracho, borracha, bourré, betrunkener, betrunkene, betrunkenes, ubriaco, ubriaca, bêbado, bêbada, пьяный, пьяная, 喝醉, 醉酒, 酔っ払い, 酔っ払った, 취한, 술취한",
    "cocktail glass": "bartender, barman, cantinero, barkeeper, бармен, 调酒师, バーテンダー, 바텐더",
    "wine glass": "sommelier, wine, wine-loving",
    "tropical drink": "holiday, vacaciones, vacances, urlaubs-, strand-, vacanze, férias, отпускной, 度假, バカンス, 휴가",
    "bone": "caveman, prehistoric, cavernícola, höhlenmensch",
    "maracas": "mariachi, марьячи, マリアッチ",
    "barber pole": "barber, hairdresser, barbero, coiffeur, friseur, barbiere, barbeiro, парикмахер, 理发师, 床屋, 이발사",
    "axe": "lumberjack, leñador, bûcheron, holzfäller, boscaiolo, lenhador, дровосек, 伐木工, 木こり, 나무꾼",
    "shopping bags": "shopper, shopping, shopaholic",
    "clipboard": "project manager, scrum master, product manager, secretary",
}  # fmt: skip
NO_ROLE = re.compile(  # species whose names begin like a role, proverbial ones, and greetings
    r"\b(?:(?:king|queen|emperor|royal|fairy) (?:penguin|crab|cobra|snake|bee|ant|salmon|fish|tiger|tamarin|eagle|vulture|butterfl(?:y|ie))|"
    r"(?:army|soldier|carpenter) (?:ant|fish|beetle)|(?:archer|surgeon|doctor|cleaner) (?:fish|shrimp)|elf owl|pilot whale|nurse shark|boxer (?:dog|puppy)|"
    r"party animal|secretary bird|winter wren|christmas island|easter island|monarch butterfl(?:y|ie)|marine turtle|pingüino (?:rey|emperador)|"
    r"manchot (?:royal|empereur)|pinguim[- ](?:rei|imperador)|abeja reina|hormiga reina|abelha rainha|reine des abeilles|tortue marine|königs(?:pinguin|kobra|tiger|pudel))"
    r"(?:s|n|e|es)?\b|(?:帝|国)王企鹅|女王(?:蜂|アリ)|(?:コウテイ|王様)ペンギン|"
    r"^(?:happy|merry|feliz|felices|joyeux|joyeuse|frohe|fröhliche|alles gute|buon|buona|boas) ",
    re.IGNORECASE,
)
WORDS = {word: things for things, words in ROLES.items() for word in words.split(", ")}
_PARTS = any_of([word[:-1] for word in WORDS if word.endswith("-")])
_GLUED = any_of([word for word in WORDS if re.fullmatch(r"[\u3040-\u9fff]+", word)])  # of zh and ja, without blanks
_WORDS = any_of([word for word in WORDS if not word.endswith("-")])
_CHAT = r"(?:,? (?:lol|lmao|haha|omg|xd|dude))*[ !.?~]*"
_ARTICLE = rf"(?:{ARTICLE.pattern[1:]})?"
_NOT_THING = rf"(?:(?:of|in|on|at|by|for|and|with|who|that|is) |who$|{ARTICLE.pattern[1:]}|(?:\w+-)?(?:colou?red|flavou?red|themed)\b|(?:{any_of(COLORS)})\b)"  # "royal blue"
_COSTUME = "costume|outfit|uniform|clothes|disguise|attire|gear|suit|cosplay|mode"
_AS = "|".join(  # what stands between who it is and a role, where it comes last
    (
        r"(?:(?:cosplaying|(?:all )?dressed(?: up)?|dressing up|disguised|(?:who )?works|working) )?as",
        "the|but make (?:it|him|her|them)|(?:(?:that|who) )?(?:is|became|wants to be)",
        "celebrating|graduating from|(?:getting )?ready for|waiting for|in the mood for",
        "(?:vestid[oa]|disfrazad[oa]|fantasiad[oa]) de|(?:déguisée?|habillée?) en|(?:vestit[oa]|travestit[oa]|mascherat[oa]) da",
        "als|comme|como|come|как|в роли",
    )
)
IN_ROLE = [  # how a text says who is in a role
    re.compile(
        rf"(?P<before>(?:[\w’'-]+,? )*?)(?P<role>{_WORDS})(?:[’']?s)?(?: |-|의 |하는 |की |का )(?P<thing>(?!{_NOT_THING}).+?){_CHAT}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?P<thing>.+?),? (?:(?:{_AS}) )?{_ARTICLE}(?:(?:its|his|her|their|my) )?(?:(?:de|di|da|do|en|zu|zum|pour|at|for) )?"
        rf"(?P<role>{_WORDS})(?:[’']?s)?(?: day| {_COSTUME}| time| party| verkleidet)?{_CHAT}",
        re.IGNORECASE,
    ),
    re.compile(rf"(?P<before>(?:[\w’'-]+ )*?)(?P<role>{_PARTS})-?(?P<thing>(?!ich\b)\w{{3,}})", re.IGNORECASE),
    re.compile(rf"(?P<thing>[\w-]+)-(?P<role>{_WORDS})", re.IGNORECASE),
    re.compile(
        rf"(?:打扮成|装扮成|扮成|穿成|当)?(?P<role>{_GLUED})(?:的|の(?:格好をした|コスプレをした|服を着た|衣装を着た)?|姿の|をする|する|な)?"
        r"(?!さん|さま|様|ちゃん|くん|们|的)(?P<thing>.+)"
    ),
    re.compile(rf"(?P<thing>.+?)(?:の|打扮成|扮成|扮|当)?(?P<role>{_GLUED})"),
]
COSTUME = re.compile(  # what is worn in a role
    rf"(?:(?:an?|the|its|his|her|un|el|ein(?:em|en)?|il|um) )?(?:(?P<role>{_WORDS})(?:[’']?s)?[ -](?:{_COSTUME}|옷|복장)|"
    rf"(?:costume|traje|disfraz|déguisement|fantasia|vestito|kostüm|костюме) (?:de |di |da |d[’'])?(?P<other>{_WORDS})(?:а|ши|я)?|"
    rf"(?P<glued>{_PARTS})[-]?(?:kostüm|uniform|outfit)|(?P<last>{_GLUED})(?:の)?(?:服|衣装|制服|装))",
    re.IGNORECASE,
)


def split_role(text: str) -> list[tuple[str, Relation]]:
    """The ways in which a text can be read as somebody in a role: who, and what shows it."""
    found = [] if NO_ROLE.search(text) else [pattern.fullmatch(text) for pattern in IN_ROLE]
    parts = [match.groupdict("") for match in found if match]
    ways = [(ARTICLE.sub("", part.get("before", "") + part["thing"]), _role(part["role"])) for part in parts]
    return [(who, role) for who, role in ways if role.thing and not ARTICLE.fullmatch(f"{who} ")]


def role_of(relation: Relation) -> Relation:
    """What shows the role whose costume something is said to wear, or to be in; else the relation as it is."""
    found = COSTUME.fullmatch(relation.thing) if relation.kind in ("wears", "in") else None
    role = _role(next(filter(None, found.groups()))) if found else relation
    return role if role.thing else relation


def _role(word: str) -> Relation:
    word = word.lower()
    return Relation("is", WORDS.get(word) or WORDS.get(f"{word}-", ""))
