//! Words of column names in the languages of Western and Central Europe, and the class that they speak for. Written
//! without spaces, marks or accents; the most telling first, since the first that is found decides.

/// What speaks for a class.
pub(super) const TELLING: &[(&str, &str)] = &[
    (
        "credential.password",
        "password passwd passwort kennwort motdepasse contrasena wachtwoord haslo passwordhash pwd \
         passphrase mdp senha",
    ),
    (
        "credential.secret",
        "passwordsalt passwortsalz secret apikey token privatekey recoverycode otp pincode securityanswer geheimnis keyhash \
         accesskey bestaetigungscode aktivierungscode confirmationcode verificationcode \
         codeconfirmation clavesecreta segredo jeton totp",
    ),
    (
        "contact.email",
        "emailaddress email mailaddress mail courriel correo correoelectronico posteelectronica \
         emailadresse mailadresse adressemail mel correoe indirizzoemail enderecoeletronico \
         emailadres",
    ),
    ("device.ip", "ipaddress ipaddr ip ipv remoteaddr adresseip direccionip ipadres ipadresse"),
    ("device.serial", "serialnumber seriennummer numeroserie"),
    (
        "device.id",
        "macaddress macaddr mac imei imsi deviceid advertisingid idfa pushtoken devicetoken androidid \
         geraetenummer hardwareaddress",
    ),
    ("device.user_agent", "useragent"),
    (
        "contact.url",
        "website homepage webaddress profileurl linkedin twitter facebook instagram photopath \
         photourl imageurl webseite siteweb paginaweb sitoweb sitio",
    ),
    ("contact.fax", "fax faxnumber telefax faxnummer"),
    (
        "contact.phone",
        "phonenumber phone telephone telefon telefono telefone telefoon tel mobilenumber mobile mobil \
         movil cellphone handy komorka whatsapp msisdn durchwahl rufnummer telefonnummer handynummer \
         mobilnummer mobiltelefon mobiel gsm portable cellulare celular telemovel telf tlf tlfn tfno \
         teldom telmov phoneextension",
    ),
    (
        "person.first_name",
        "firstname fname givenname forename middlename vorname prenom primernombre voornaam imie \
         rufname vornamen primeironome doopnaam roepnaam",
    ),
    (
        "person.last_name",
        "lastname lname surname familyname maidenname nachname familienname nomdefamille apellidos \
         apellido cognome sobrenome achternaam nazwisko geburtsname nomnaissance nomnaiss \
         nomdenaissance nomusage primerapellido segundoapellido apelido cognomi geslachtsnaam",
    ),
    (
        "person.username",
        "loginid loginuser username userid login loginname nickname nick screenname benutzername usuario \
         benutzerkennung kennung nomutilisateur identifiant nombreusuario nomeutente utilizador \
         gebruikersnaam usernam",
    ),
    (
        "organization.name",
        "companyname company firma employer organization organisation entreprise empresa firmenname \
         unternehmen raisonsociale societe razonsocial ragionesociale azienda bedrijf bedrijfsnaam \
         arbeitgeber employeur",
    ),
    (
        "person.name",
        "fullname personname contactname contact customername employeename patientname cardholder \
         accountholder recipient shipname ansprechpartner kundenname nomcomplet nombrecompleto \
         nomecompleto empfaenger kontoinhaber karteninhaber titulaire titular intestatario \
         destinataire destinatario ontvanger patiententname klantnaam nomcliente medtraitant \
         medecintraitant",
    ),
    (
        "person.birth_date",
        "birthdate birthday dateofbirth dob born bornon geburtsdatum geburtstag datedenaissance \
         naissance fechadenacimiento fechanacimiento datadinascita datadenascimento geboortedatum \
         dataurodzenia gebdatum gebdat fecnac fnac fechanac datenaiss datenaissance datanascita \
         datanasc dtnasc birthyear geburtsjahr",
    ),
    ("person.age", "edad ageyears lebensalter"),
    (
        "person.gender",
        "gender sex geschlecht sexe sexo geslacht plec salutation anrede titleofcourtesy civilite \
         aanhef sesso gendercode",
    ),
    ("person.photo", "avatar portrait selfie profilepicture profilephoto passbild"),
    ("person.genetic", "genome genotype dna geneticdata"),
    ("person.signature", "signatureimage unterschrift"),
    ("person.biometric", "fingerprint biometric faceid voiceprint"),
    ("person.ethnicity", "ethnicity ethnie herkunft"),
    ("person.religion", "religion religionsconfession konfession denomination religione godsdienst"),
    ("person.trade_union", "tradeunion unionmembership gewerkschaft syndicat sindicato"),
    ("person.sexual_orientation", "sexualorientation orientationsexuelle sexuelleorientierung"),
    ("person.criminal_record", "criminalrecord conviction vorstrafe casierjudiciaire"),
    (
        "person.job",
        "jobtitle occupation profession beruf berufsbezeichnung stellenbezeichnung functietitel \
         professione ocupacion",
    ),
    ("person.politics", "politicalparty politicalaffiliation parteizugehoerigkeit"),
    (
        "person.nationality",
        "nationality citizenship staatsangehoerigkeit nationalite nacionalidad nazionalita \
         nacionalidade nationaliteit",
    ),
    ("financial.card_code", "cvv cvc cardcode cardverification securitycode kartenpruefnummer"),
    ("financial.card_expiry", "cardexpiry cardexpiration cardexp expirymonth expiryyear"),
    (
        "financial.account",
        "iban accountnumber bankaccount accountno kontonummer clabe routingnumber mandatsreferenz \
         sepamandate bankkonto kontonr numerocompte compteiban rekeningnummer numerocuenta \
         cuentabancaria contobancario",
    ),
    (
        "financial.card",
        "cardnumber creditcard ccnumber kartennummer debitcard cardlast cardno pan numerocarte \
         numerotarjeta kreditkarte",
    ),
    (
        "financial.income",
        "hourlyrate payrate stundenlohn payroll compensation verguetung salary income wage gehalt lohn salaire salario stipendio sueldo nomina remuneration salaris \
         ordenado retribuzione revenu",
    ),
    (
        "id.national",
        "ssn socialsecuritynumber socialsecurity nationalid nino nationalinsurance dni nif curp \
         codicefiscale cpf bsn pesel aadhaar personalausweis sozialversicherungsnummer nss nir \
         svnummer svnr sozialversicherungsnr numerosecu numsecu personnummer burgerservicenummer \
         rijksregisternummer codfisc ahvnummer",
    ),
    (
        "id.vehicle",
        "licenseplate numberplate kennzeichen kfzkennzeichen matriculavehiculo immatriculation targa \
         vin fahrgestellnummer kenteken",
    ),
    (
        "id.license",
        "driverslicense driverlicense licensenumber licencenumber numcol numerocolegiado colegiado \
         permisconduire fuehrerschein fuehrerscheinnummer rijbewijs cartaodeconducao",
    ),
    (
        "id.document",
        "passport passportnumber idcard reisepass ausweisnummer ausweis personalausweisnr passeport \
         pasaporte passaporto paspoort",
    ),
    (
        "id.tax",
        "taxid taxnumber vatid vatnumber vat tin steuernummer ustid siret siren steueridnr steuerid \
         steueridentifikationsnummer taxnum umsatzsteuerid numerotva tva btwnummer partitaiva piva \
         cif ustidnr rfc",
    ),
    ("health.insurance", "insurancenumber krankenkassennummer versichertennummer policynumber insuredid"),
    (
        "health.record",
        "mrn medicalrecordnumber patientid nhsnumber nhc historiaclinica numerohistoriaclinica \
         dossiermedical cartellaclinica",
    ),
    (
        "health.note",
        "diagnosis diagnose medication allergies symptoms bloodtype disability prescription alergia \
         allergie allergy bloodgroup gruposang gruposanguineo groupesanguin blutgruppe diagnostico \
         diagnosi antecedente krankheit befund medikament medicamento sintoma informealta anamnese \
         anamnesis symptom disease",
    ),
    (
        "location.coordinates",
        "spatiallocation geom geometry geoposition latitude longitude lat lng lon geolocation geopoint coordinates breitengrad laengengrad",
    ),
    (
        "contact.postcode",
        "postcode postalcode zipcode zip plz postleitzahl codepostal codigopostal cep codepost \
         codpostal codpos cap",
    ),
    (
        "contact.street",
        "street streetaddress strasse hausnummer housenumber rue calle rua straat ulica hausnr \
         strassenname nomrue indirizzovia straatnaam huisnummer domicilio",
    ),
    (
        "contact.city",
        "city town ort wohnort stadt ville ciudad citta cidade plaats miasto poblacion localidad \
         municipio woonplaats gemeente localite localidade comune",
    ),
    (
        "contact.address",
        "address addressline addr adresse anschrift direccion indirizzo endereco adres adresszusatz \
         streetline addressextra morada direction",
    ),
    (
        "free_text",
        "resume lebenslauf curriculum curriculumvitae note comment message remark feedback biography bio aboutme bemerkung notiz kommentar \
         nachricht commentaire comentario nota opmerking complaint reviewtext observacion observation \
         observacao osservazione toelichting notiztext beschwerde anmerkung reclamation remarque \
         bodytext",
    ),
];

/// Last words of columns that say something about a value and do not hold it: `email_status`, `address_id`.
pub(super) const ABOUT: &str = "id type kind status state count total template subject format length verified confirmed enabled \
     allowed provider domain at on flag lang language locale version size key label required sent \
     valid visible public index position title category limit policy region class method";

/// What speaks for a class in a table of persons only: a category has a picture too.
pub(super) const TELLING_OF_PERSONS: &[(&str, &str)] = &[
    ("person.name", "name displayname nombre nome naam navn namn nom"),
    ("person.photo", "photo picture image foto bild"),
];

/// Tables of persons.
pub(super) const PERSONS: &str = "paciente usr medico assure adherent ansprechpartner persona pessoa empregado dipendente paziente \
     medewerker employe profile account user customer client person people employee staff contact \
     patient member student teacher author actor driver doctor passenger guest subscriber applicant \
     candidate attendee participant player owner tenant resident donor volunteer lead kunde kunden \
     mitarbeiter benutzer personne utilisateur cliente usuario empleado klant klient";

/// Tables of organizations: a name in them is not a person's.
pub(super) const ORGANIZATIONS: &str = "company companie organization organisation org tenant supplier vendor shipper carrier merchant \
     partner employer agency workspace firma firmen unternehmen lieferant lieferanten hersteller \
     empresa proveedor aseguradora societe entreprise fournisseur mutuelle azienda fornitore bedrijf \
     leverancier fornecedor";

/// Persons who work here: the key of their table is no customer's number.
pub(super) const STAFF: &str = "employee staff teacher author actor driver doctor medico mitarbeiter empleado empregado \
     dipendente medewerker employe player contact ansprechpartner lead account profile owner tenant";

/// Whether a list has a word.
pub(super) fn lists(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == word)
}
