//! Words by language: everyday nouns, verbs and adjectives of all lengths, in lower case, divided by blanks. They say
//! nothing about anybody. Latin for other languages in Latin letters is `fake`'s.

/// English.
pub(super) const EN: &str = "\
    a i an as at be by do go he if in is it me my no of on or so to up us we air all and any arm art bag bar bay bed \
    big bit box bus but can cap car cat cow cup cut day dog dry ear egg end eye far few fig fit fly for fox fun get hat \
    hen her him his hot how ice ink its jam jar joy key kit lab leg let lid lip log lot low map mat mix mud net new not \
    now nut oak oar off oil old one our out own pan pea pen pet pie pin pot put ran raw red rib row run sail salt sand \
    seed ship shoe side silk snow soap song soup star step tall tent tide time tree true tube vase vine walk wall warm \
    wave wide wind wing with wood wool word work yard year also band barn bell bird blue boat book born calm cave city \
    clay coal coat cold cook corn deep desk dish door down drum dust each east fair farm fast fern film fire fish flat \
    flow foam food fork from full game gate give glad glow goat good grow half hall hand hard have here high hill home \
    hope hour into iron june keep kind king lake lamp land late leaf left lift like line lion list long look loud made \
    mail main make many mark meal mild mill mint moon more most move much nail near neat nest next nice noon north open \
    oven page pale park part path pear pine plan plum pond pool rain read real rice ring rise road rock roof room root \
    rope rose apple beach bread brick broad brook brush cabin cable candy chair chalk cheese circle clean clear clock \
    cloth cloud coast corner cotton curtain daily dance dinner dozen dream early earth eight engine evening fence field \
    finger floor flour flower forest fresh frost fruit garden gentle glass grain grape grass green hammer harbor harvest \
    honey horse house island jacket journey kettle kitchen ladder lantern large lemon letter level library light little \
    market meadow melon metal middle minute mirror morning mountain music narrow needle notice number ocean office onion \
    orange orchard paper pattern pebble pencil pepper picture pillow planet plastic pocket potato powder quiet rabbit \
    railway reason ribbon river rubber saddle school season second shadow sheet shelf shore silver simple sister sleep \
    slow small smooth soft solid spoon spring square station stone storm story straight stream street string sudden \
    sugar summer sunday supper table teacher thunder ticket tiger timber today together tomato tower travel treasure \
    uncle under valley velvet village violin visit voyage wagon water weather weekend wheat wheel whistle white window \
    winter yellow yesterday afternoon beautiful blackbird breakfast butterfly carpenter celebrate chocolate classroom \
    comfortable conversation countryside crossroads curiosity dictionary direction discovery embroidery entertainment \
    excellent fireplace furniture generation grasshopper greenhouse hemisphere imagination information instruction \
    landscape lighthouse marketplace masterpiece measurement neighborhood nightingale observation orchestra passenger \
    photograph playground possibility raspberry refreshment remarkable satisfaction strawberry sunflower temperature \
    thermometer tournament transportation understanding vegetable waterfall watermelon wilderness woodpecker";

/// German.
pub(super) const DE: &str = "\
    ab am an da du er es im in ja so um wo wir alt arm arzt auf aus bad ball band bank baum berg bett bild blatt blau \
    brot buch bus dach dorf ecke eis ende erde fahrt feld fell fest feuer fisch flug fluss form frei frisch frost fuchs \
    gabel gang gans garten gast gelb glas glocke gold grau gras grün gut hafen hahn hand haus heft hell hemd herbst \
    herz heute hof holz honig hund hut igel insel jahr kaffee kalt kanne karte katze keller kerze kette kirche kleid \
    klein klug knopf koch koffer korb korn kraut kreis kreide krug kuchen kugel kurz laden lampe land lang laub leise \
    leiter licht lied linde löffel luft mantel markt mauer maus meer mehl messer milch mitte mond morgen motor mühle \
    musik nacht nadel nebel nest netz neu nuss obst ofen ort papier pfad pferd pflaume pilz platz quelle rad rasen \
    regen reich reise ring rock rose rot rund sack saft salat salz sand sanft schaf schatten schiff schloss schnee \
    schrank schuh schule see segel seife seite sessel silber sommer sonne spiegel spiel spur stadt stark stein stern \
    stiefel still stoff straße strom stück stuhl stunde sturm suppe tafel tag tal tanz tasche tasse teich teller tief \
    tier tinte tisch topf traube treppe tuch turm ufer uhr vogel wagen wald wand warm wasser weg weich wein weise weit \
    welle welt wetter wiese wind winter woche wolke wolle wort wurzel zahl zaun zeit zelt ziege zimmer zucker zweig \
    zwiebel abendbrot apfelbaum ausflug bahnhof bergwerk birnbaum briefkasten bücherregal dämmerung eichhörnchen \
    erdbeere fahrrad federbett fensterbank feuerholz frühling gartenzaun gemüsebeet geschichte gewitter handschuh \
    himmelbett jahrmarkt kartoffel kirschbaum landschaft lampenschirm marmelade mittagessen nachmittag nachtigall \
    pfefferminze regenbogen regenschirm sandkasten schmetterling sonnenblume spaziergang steinbruch taschentuch \
    vogelscheuche waldboden wanderung wasserfall werkzeug wetterbericht windmühle wochenende";

/// French.
pub(super) const FR: &str = "\
    au de du en et il la le ou sa un une air ami ane arc art bal bas bec blé bleu bois bol bon bord bras but café calme \
    camp canal carte chat chaud chef chêne cheval chien ciel clair clé coin corde côte cour cuir cygne dame danse date \
    doux drap eau école encre été étang étoile fable ferme feu feuille fil fleur fleuve fond forêt four frais fruit \
    gare gant gland grand gris gros herbe heure hiver huile île jardin jaune jeu joie jour lac laine lait lampe large \
    léger lent lettre lieu ligne linge lit livre loin long lune main maison malle marche marée mer métal midi miel mois \
    mont mot moulin mur navire neige nid noir noix nord nuage nuit oie oiseau ombre or orage orge orme ours pain papier \
    parc pas patte pays pêche peau pie pied pierre pin plage plaine plat pluie plume poche poire pois pomme pont porc \
    port porte pot poule pré prix puits quai rameau rang reine riz robe roc roi ronde rose roue rouge route ruche rue \
    sable sac sage sapin seau sel sillon soie soir sol soleil son sud sucre table tapis tasse temps terre toile toit \
    tour train tri vache vague val vent ver vert vigne ville vin voile voix vol abeille ancre automne balcon bateau \
    beurre bougie bouton branche brouillard cahier cerise chaise chambre champignon chanson chapeau charrette château \
    chemin cheminée citron colline couleur couloir couteau crayon cuisine dimanche escalier fenêtre fontaine fourchette \
    fraise framboise fromage gâteau gouttière grenouille histoire horloge jeudi journal lanterne légume lumière \
    marchand marmite matin montagne musique noisette orange panier papillon parapluie parfum pêcheur pendule pinceau \
    plateau poisson printemps prairie promenade raisin ruisseau saison semaine tableau tonnerre tournesol valise \
    village voiture voyage bibliothèque boulangerie champignons conversation coquelicot dictionnaire hirondelle \
    laboratoire température";

/// Spanish.
pub(super) const ES: &str = "\
    a al de el en la lo no se un y ya ajo ala alto arco arte ave azul baile bajo banco barca barco barro boca bosque \
    bota buque burro café caja calle calma calor cama camino campo canto capa carta casa cebra cena cera cielo cinta \
    claro cobre coche codo copa corcho corto costa crema cubo cuento cueva dedo dulce duna edad enero faro feria fiesta \
    flor fondo fresa frío fruta fuego fuente gallo gato gente gota grano gris grupo hada hielo hierba higo hilo hoja \
    hora horno hotel huerta hueso isla jabón jarra joven juego lado lago lana largo leche lejos lento letra libro lima \
    limón línea lino llave lluvia lobo loma luna luz madera maíz mano mapa mar marco mesa metal miel mina mono monte \
    muro museo nave nido niebla nieve noche nombre norte nube nuez obra oca olivo olla oro oso otoño oveja pan papel \
    pared paseo pato paz pelota pera perro pez piedra pino piso plato playa plaza plomo pluma pollo polvo pozo prado \
    pueblo puente puerta queso rama rana red reloj remo reino río roca rojo ropa rosa rueda ruta sal sala sano seda \
    selva siglo silla sobre sol sopa suave suelo sur taza techo tela tema tierra tigre tinta toro torre tren trigo \
    trozo uva vaca valle vaso vela verde vida viento vino viaje vuelta zorro abeja abrigo aceite aldea almendra \
    amarillo arena armario barrio blanco botella cabra caballo cadena camisa castillo cebolla cereza ciruela ciudad \
    cocina colina comida cuchara cuchillo domingo escalera escuela espejo estrella fábrica ganado granja guitarra \
    hermoso invierno jardín lámpara lápiz lechuga manzana mañana mariposa martillo mercado molino montaña música \
    naranja navidad paloma panadero pantalla paraguas pescado pimienta primavera regalo sábado semana sendero sombrero \
    tambor tarde tormenta tomate ventana verano zanahoria zapato almohada bicicleta biblioteca calabaza chocolate \
    conversación diccionario golondrina herramienta naturaleza panadería temperatura";

/// Italian.
pub(super) const IT: &str = "\
    a al da di e ha il in la lo ma ne o un albero ago ala alba alto amico anno arco aria arte asse barca basso bello \
    bianco bosco breve burro caffè calma caldo campo cane canto carta casa cena cera cielo cibo cima colle conca corda \
    corto costa crema cubo cuoco dado danza dito dolce dopo erba estate faro festa fico fieno filo fiore fiume foglia \
    fondo forno frutta fungo fuoco gallo gamba gatto gelo gente giallo gioco gioia giro goccia gomma grano grigio isola \
    lago lana largo latte legno lento letto libro lima lino luce luna lungo lupo mano mare marmo mattone mela mela mese \
    metallo miele mite molo monte moto muro nave nebbia neve nido noce nome nord notte nube nuovo oca olio olmo ombra \
    onda ora oro orso orto pace palla pane parco passo pera pesce pesca piano pianta piatto piede pietra pino pioggia \
    piuma pollo ponte porta porto pozzo prato rana ramo rete riso riva roccia rosa rosso ruota sabbia sacco sala sale \
    sasso scala seme sera seta sole sonno strada suono tasca tavolo tazza tela tempo terra tetto tigre torre treno uovo \
    uva valle vaso vela vento verde via viale vigna villa vino vita volo volpe zaino ancora arancia armadio asino \
    autunno bambola bicchiere bottone cappello cartello castagna castello cavallo ciliegia cipolla collina coltello \
    coperta cucina domenica farfalla finestra forchetta formaggio fragola giardino giornale inverno lampada lettera \
    limone mattina mercato montagna mulino musica ombrello orologio panchina pasticcio pentola pomodoro primavera \
    quaderno salotto scarpa scuola sedia sentiero settimana specchio stazione stella tamburo temporale viaggio villaggio \
    biblioteca bicicletta conversazione dizionario girasole lampadario primavere temperatura";

/// Portuguese.
pub(super) const PT: &str = "\
    a ao as de do e em eu na no o os ou um uma água ala alto amigo ano arco areia arte asa azul baixo banco barco bolo \
    bom bota braço cabo café caixa calma calor cama campo canto capa carta casa cedo cera céu chá chão chave chuva \
    cinza claro cobre copo cor corda corpo costa creme cubo dança dedo dia doce duna erva escola faca farol feira festa \
    figo fio flor fogo folha fonte forno frio fruta galo garfo gato gelo gente gota grão gruta hora horta ilha jogo \
    jovem lado lago lama lã largo leite lenha lento letra leve limão linha linho livro lobo longe lua lugar luz maçã \
    madeira mala manhã mão mapa mar mata mel mesa metal milho moço mola monte muro nave neve ninho noite nome norte \
    noz nuvem obra olho onda ouro outono ovo pão papel parede pato paz pedra peixe pera perna pés pinho piso planta \
    poço ponte porta porto praça praia prata prato queijo quinta rã rama rede reino relva remo rio rocha roda rosa rua \
    sal sala sapo seda selva serra sino sol solo som sopa suave sul taça tela tempo terra teto tigre tinta toalha torre \
    trem trigo tubo uva vaca vale vaso vela vento verde vida vila vinho volta abelha agulha aldeia almoço amarelo \
    amêndoa azeite bandeja barulho batata biscoito branco cadeira cadeado caminho camisa cavalo cebola cenoura cereja \
    cidade colher colina comboio cozinha domingo escada espelho estrada estrela floresta garrafa inverno janela jardim \
    jornal laranja lâmpada lanterna mercado moinho montanha morango música ovelha palavra paisagem panela pássaro \
    pescador pimenta primavera relógio sábado sapato semana tambor tarde telhado tesoura tomate vassoura verão vermelho \
    viagem biblioteca bicicleta borboleta conversa dicionário ferramenta girassol andorinha temperatura";

/// Dutch.
pub(super) const NL: &str = "\
    af al de een en er ik in is je of om op te aap aarde akker appel arm avond baan bad bakker bal bank berg bes bed \
    beek been beer bij blad blauw bloem boek boom boot bord bos boter brief broek brood brug buur dag dak deken deur \
    dier diep dijk doek doos dorp draad droog druif duif duin eend eiland emmer fiets fles fluit gang gans gast geel \
    geit glas goed goud gras grijs groen groot haan haas hal hamer hand haven hek helder hemd herfst hoed hoek hond \
    honing hout huis jaar jas kaars kaart kaas kalm kamer kar kat kers keuken kip klaver klein klok knoop koek koel \
    koffie koor kop koud kraan krant kruid kust lamp land lang laars leer lente lepel licht lied lijn linde lucht maan \
    maand maat mand markt meel meer melk mes middag mier molen mooi muis muur naald nacht nest net nieuw noot noord oever \
    oog oost pad pan paard papier peer pen pet plaat plank plant plein poort pot regen reis riet rij ring rivier roos \
    rood rots rok ruit rust schaap schip schoen school sfeer slot sneeuw spel stad steen ster stoel stil stof straat \
    strand stroom suiker taart tafel tak tent thee tijd toren touw trap trein tuin uil veld veer vlag vlam vlinder vogel \
    vork vos vriend vuur wagen warm water week weg weide wei wereld wiel wind winter wit wolk wol woord zaad zacht zak \
    zand zee zeil zilver zomer zon zout zuid zwaan aardappel aardbei achtertuin bakkerij bergtop bibliotheek boekenkast \
    boerderij bosrand broodje eekhoorn fietspad gordijn handdoek handschoen kastanje keukentafel kinderboek landschap \
    lantaarn middageten nachtegaal ochtend paddenstoel regenboog schaduw sinaasappel spiegel vensterbank verhaal \
    wandeling waterval weekend windmolen woordenboek zonnebloem";
