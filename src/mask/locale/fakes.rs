//! The languages of the crate `fake`, over its own tables. Where it has no table for towns, streets or companies (it
//! would then answer in English), or one that does not read as such, the few words stand here.

use fake::locales::{AR_SA, CY_GB, DE_DE, Data, EN as EN_US, FA_IR, FR_FR, IT_IT, JA_JP, NL_NL};
use fake::locales::{PT_BR as PT_BRAZIL, PT_PT as PT_PORTUGAL, TR_TR, ZH_CN as ZH_CHINA, ZH_TW as ZH_TAIWAN};

use super::{Affixes, Locale, Names};

pub(super) static AR: Locale = Locale {
    name: "ar",
    first: Names::of(AR_SA::NAME_FIRST_NAME),
    last: Names::of(AR_SA::NAME_LAST_NAME),
    family_first: false,
    city: Affixes::before(&["مدينة", "حي", "قرية"], " "),
    street: Affixes::before(&["شارع", "طريق", "زقاق", "ميدان"], " "),
    company: Affixes::before(&["شركة", "مؤسسة", "مجموعة"], " "),
};

pub(super) static CY: Locale = Locale {
    name: "cy",
    first: Names::of(CY_GB::NAME_FIRST_NAME),
    last: Names::of(CY_GB::NAME_LAST_NAME),
    family_first: false,
    city: Affixes::before(&["Aber", "Llan", "Pen", "Tre"], " "),
    street: Affixes::before(&["Rhodfa", "Heol", "Ffordd", "Stryd", "Lôn", "Maes"], " "),
    company: Affixes::after(&["Cyf.", "a'i Feibion", "CCC"], " "),
};

pub(super) static DE: Locale = Locale {
    name: "de",
    first: Names::of(DE_DE::NAME_FIRST_NAME),
    last: Names::of(DE_DE::NAME_LAST_NAME),
    family_first: false,
    city: Affixes::after(DE_DE::ADDRESS_CITY_SUFFIX, ""),
    street: Affixes::after(&["allee", "gang", "gasse", "pfad", "platz", "steg", "straße", "weg", "zeile"], ""),
    company: Affixes::after(DE_DE::COMPANY_SUFFIX, " "),
};

pub(super) static EN: Locale = Locale {
    name: "en",
    first: Names::of(EN_US::NAME_FIRST_NAME),
    last: Names::of(EN_US::NAME_LAST_NAME),
    family_first: false,
    city: Affixes::after(EN_US::ADDRESS_CITY_SUFFIX, ""),
    street: Affixes::after(EN_US::ADDRESS_STREET_SUFFIX, " "),
    company: Affixes::after(EN_US::COMPANY_SUFFIX, " "),
};

pub(super) static FA: Locale = Locale {
    name: "fa",
    first: Names::of(FA_IR::NAME_FIRST_NAME),
    last: Names::of(FA_IR::NAME_LAST_NAME),
    family_first: false,
    city: Affixes::before(&["شهرک", "روستای", "شهر"], " "),
    street: Affixes::before(FA_IR::ADDRESS_STREET_SUFFIX, " "),
    company: Affixes::before(&["شرکت", "گروه", "موسسه"], " "),
};

pub(super) static FR: Locale = Locale {
    name: "fr",
    first: Names::of(FR_FR::NAME_FIRST_NAME),
    last: Names::of(FR_FR::NAME_LAST_NAME),
    family_first: false,
    city: Affixes::after(&["ville", "-sur-Mer", "-les-Bains", "-le-Vieux", "-en-Plaine", "-la-Forêt"], ""),
    street: Affixes::before(FR_FR::ADDRESS_STREET_SUFFIX, " "),
    company: Affixes::after(&["SA", "SARL", "SAS", "et Fils", "et Associés"], " "),
};

pub(super) static IT: Locale = Locale {
    name: "it",
    first: Names::of(IT_IT::NAME_FIRST_NAME),
    last: Names::of(IT_IT::NAME_LAST_NAME),
    family_first: false,
    city: Affixes::after(IT_IT::ADDRESS_CITY_SUFFIX, " "),
    street: Affixes::before(IT_IT::ADDRESS_STREET_SUFFIX, " "),
    company: Affixes::after(IT_IT::COMPANY_SUFFIX, " "),
};

pub(super) static JA: Locale = Locale {
    name: "ja",
    first: Names::of(JA_JP::NAME_FIRST_NAME),
    last: Names::of(JA_JP::NAME_LAST_NAME),
    family_first: true,
    city: Affixes::after(&["市", "町", "村", "区"], ""),
    street: Affixes::after(&["通り", "町", "台", "丘"], ""),
    company: Affixes::before(JA_JP::COMPANY_SUFFIX, ""),
};

pub(super) static NL: Locale = Locale {
    name: "nl",
    first: Names::of(NL_NL::NAME_FIRST_NAME),
    last: Names::of(NL_NL::NAME_LAST_NAME),
    family_first: false,
    city: Affixes::after(NL_NL::ADDRESS_CITY_SUFFIX, ""),
    street: Affixes::after(NL_NL::ADDRESS_STREET_SUFFIX, ""),
    company: Affixes::after(NL_NL::COMPANY_SUFFIX, " "),
};

pub(super) static PT_BR: Locale = Locale {
    name: "pt_br",
    first: Names::of(PT_BRAZIL::NAME_FIRST_NAME),
    last: Names::of(PT_BRAZIL::NAME_LAST_NAME),
    family_first: false,
    city: Affixes::after(&["do Sul", "do Norte", "da Serra", "do Campo", "dos Montes"], " "),
    street: Affixes::before(PT_BRAZIL::ADDRESS_STREET_SUFFIX, " "),
    company: Affixes::after(PT_BRAZIL::COMPANY_SUFFIX, " "),
};

pub(super) static PT_PT: Locale = Locale {
    name: "pt_pt",
    first: Names::of(PT_PORTUGAL::NAME_FIRST_NAME),
    last: Names::of(PT_PORTUGAL::NAME_LAST_NAME),
    family_first: false,
    city: Affixes::after(PT_PORTUGAL::ADDRESS_CITY_SUFFIX, " "),
    street: Affixes::before(PT_PORTUGAL::ADDRESS_STREET_SUFFIX, " "),
    company: Affixes::after(PT_PORTUGAL::COMPANY_SUFFIX, " "),
};

pub(super) static TR: Locale = Locale {
    name: "tr",
    first: Names::of(TR_TR::NAME_FIRST_NAME),
    last: Names::of(TR_TR::NAME_LAST_NAME),
    family_first: false,
    city: Affixes::after(TR_TR::ADDRESS_CITY_SUFFIX, " "),
    street: Affixes::after(TR_TR::ADDRESS_STREET_SUFFIX, " "),
    company: Affixes::after(&["A.Ş.", "Ltd. Şti.", "ve Oğulları"], " "),
};

pub(super) static ZH_CN: Locale = Locale {
    name: "zh_cn",
    first: Names::of(ZH_CHINA::NAME_FIRST_NAME),
    last: Names::of(ZH_CHINA::NAME_LAST_NAME),
    family_first: true,
    city: Affixes::after(&["家城", "家镇", "家乡", "家庄"], ""),
    street: Affixes::after(&["家路", "家街", "家道", "家巷"], ""),
    company: Affixes::after(&["氏有限公司", "氏股份有限公司", "氏集团"], ""),
};

pub(super) static ZH_TW: Locale = Locale {
    name: "zh_tw",
    first: Names::of(ZH_TAIWAN::NAME_FIRST_NAME),
    last: Names::of(ZH_TAIWAN::NAME_LAST_NAME),
    family_first: true,
    city: Affixes::after(&["家鎮", "家鄉", "家村", "家莊"], ""),
    street: Affixes::after(&["家路", "家街", "家巷"], ""),
    company: Affixes::after(&["氏有限公司", "氏股份有限公司", "氏企業社"], ""),
};
