//! Words that hint at a class and mean other things as well: abbreviations, and words that only their table or the sampled
//! values make clear. Written as in `words`.

/// What hints at a class.
pub(super) const HINTS: &[(&str, &str)] = &[
    ("credential.password", "pass clave hash passcode"),
    ("credential.secret", "key hash code codigo nonce salt signature auth credential cookie"),
    ("contact.email", "replyto sender to from cc bcc absender actor"),
    ("device.ip", "host client remote source"),
    ("device.id", "device deviceuid serial fingerprint"),
    ("device.user_agent", "agent browser ua"),
    ("contact.url", "url link web uri blog site"),
    ("contact.phone", "extension ext busca cell mov gsm pager dect sms numero"),
    ("person.first_name", "nom first given nombre nome voorn vn fn"),
    ("person.last_name", "ape nom last nn ln family nachn cogn"),
    ("person.username", "user handle alias uid usr actor spitzname pseudo"),
    (
        "person.name",
        "author autor auteur autore holder owner billingname sender inhaber medecin medico arzt \
         doctor name nombre nom naam",
    ),
    ("organization.name", "billingname org shop brand merchant"),
    ("person.birth_date", "geb naiss nac nasc bday birth dn"),
    ("person.gender", "sx genre genero genere prefix mf"),
    ("person.job", "title titel titre position role funktion beruf department abteilung puesto cargo"),
    ("person.photo", "photo picture image foto bild"),
    ("person.nationality", "nation staat"),
    ("financial.account", "konto account cuenta compte conto rekening rib bank"),
    ("financial.card", "card tarjeta carte karte payer"),
    ("financial.income", "pay pension bonus lohngruppe"),
    ("id.national", "nie ident idnr national sv"),
    ("id.document", "badge license licence document loyaltynumber loyalty membership plate matricula permis"),
    ("id.tax", "tax steuer fiscal ust iva btw"),
    (
        "id.customer",
        "customernumber customerno customercode kundennr kundennummer kdnr clientnumber numclient \
         numcliente codcliente codclient membernumber memberno mitgliedsnummer mitgliedsnr \
         klantnummer klantnr numadherent",
    ),
    ("health.record", "historia adherent dossier patientno"),
    (
        "health.note",
        "dx dxppal trat tratamiento cie icd motivo obs informe condition treatment therapie \
         traitement terapia symptome",
    ),
    ("contact.postcode", "cp postal post"),
    ("contact.street", "via line billingline dir adr str"),
    ("contact.city", "pob loc commune place village gemeinde district"),
    ("contact.address", "dir adr line location domicile"),
    (
        "location.address",
        "region state province prov provincia bundesland kanton canton departement county district \
         estado provincie regione",
    ),
    (
        "free_text",
        "obs body text title subject betreff content summary description descripcion beschreibung \
         desc reason motivo grund motif detail memo asunto objet titre caption answer question review \
         post",
    ),
];

/// Hints that are enough by themselves where the table is one of persons or refers to one.
pub(super) const SURE: &[&str] = &["id.customer"];
