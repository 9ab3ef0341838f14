//! 公民身份号码 (GB 11643) and the residence permits that share its form.

use std::fmt;

use jiff::civil::Date;

use crate::explain::Explain;
use crate::person::Sex;
use crate::text;

/// Weights of the first 17 digits, 2^(18-i) mod 11 (ISO 7064 MOD 11-2).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// Check character for each remainder.
const CHECKS: &[u8; 11] = b"10X98765432";

/// Province-level codes (digits 1-2) and their names; 83 is used on 台湾居民居住证 only.
const PROVINCES: &[(&str, &str)] = &[
    ("11", "北京市"),
    ("12", "天津市"),
    ("13", "河北省"),
    ("14", "山西省"),
    ("15", "内蒙古自治区"),
    ("21", "辽宁省"),
    ("22", "吉林省"),
    ("23", "黑龙江省"),
    ("31", "上海市"),
    ("32", "江苏省"),
    ("33", "浙江省"),
    ("34", "安徽省"),
    ("35", "福建省"),
    ("36", "江西省"),
    ("37", "山东省"),
    ("41", "河南省"),
    ("42", "湖北省"),
    ("43", "湖南省"),
    ("44", "广东省"),
    ("45", "广西壮族自治区"),
    ("46", "海南省"),
    ("50", "重庆市"),
    ("51", "四川省"),
    ("52", "贵州省"),
    ("53", "云南省"),
    ("54", "西藏自治区"),
    ("61", "陕西省"),
    ("62", "甘肃省"),
    ("63", "青海省"),
    ("64", "宁夏回族自治区"),
    ("65", "新疆维吾尔自治区"),
    ("71", "台湾省"),
    ("81", "香港特别行政区"),
    ("82", "澳门特别行政区"),
    ("83", "台湾地区"),
];

/// Youngest age at which a person may be entered as an expert. Our rule, not the standard's.
pub const YOUNGEST: i16 = 16;
/// Age from which a birth date is taken for a typing error. Our rule, not the standard's.
pub const OLDEST: i16 = 120;

/// An 18-digit number whose form, birth date and check digit are right (GB 11643-1999).
///
/// Whether the county code ever existed is not tested: codes are abolished and reused over the
/// years, and a person keeps the code of first registration. `Debug` is masked and there is no
/// `Display`, so a number reaches a log or a page only through [`IdentityNumber::expose`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentityNumber {
    number: String,
    born: Date,
}

/// What card a number belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdentityCard {
    /// 居民身份证
    Resident,
    /// 港澳台居民居住证 (810000, 820000, 830000)
    HongKongMacaoTaiwan,
    /// 外国人永久居留身份证, form of 2023: 9, province, nationality, birth date, sequence, check
    ForeignPermanentResident,
}

/// Why a text is no identity number. Messages never repeat what was typed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Nothing was typed.
    #[error("identity number is empty")]
    Empty,
    /// Neither 18 nor 15 characters.
    #[error("identity number has {found} characters instead of 18")]
    Length {
        /// Characters counted, blanks left out.
        found: usize,
    },
    /// A character other than a digit (or X at the end); `position` counts from 1.
    #[error("identity number has a character that is no digit at position {position}")]
    Character {
        /// Place of the first such character.
        position: usize,
    },
    /// A first-generation number: right in form, no longer a proof of identity since 2013.
    #[error("identity number has the 15-digit form retired in 2013")]
    FirstGeneration {
        /// The same number in 18 digits, to be confirmed against the card.
        converted: IdentityNumber,
    },
    /// The first digits are no province, and not the form of a residence permit.
    #[error("identity number begins with an unknown region code")]
    Region,
    /// Digits 7-14 are no day of the calendar.
    #[error("identity number carries an impossible birth date")]
    BirthDate,
    /// The last character does not follow from the others.
    #[error("identity number fails its check digit")]
    CheckDigit,
    /// The birth date lies after the day of checking.
    #[error("identity number carries a birth date in the future")]
    Future,
    /// Younger than [`YOUNGEST`].
    #[error("identity number belongs to a person of {age}, too young")]
    TooYoung {
        /// Completed years on the day of checking.
        age: i16,
    },
    /// As old as [`OLDEST`] or older.
    #[error("identity number belongs to a person of {age}, implausibly old")]
    TooOld {
        /// Completed years on the day of checking.
        age: i16,
    },
}

impl IdentityNumber {
    /// Reads a typed number: blanks, full-width digits and a lower-case x are understood.
    ///
    /// # Errors
    /// The first rule broken, in the order length, characters, region, birth date, check digit.
    /// A 15-digit number is [`IdentityError::FirstGeneration`] with its 18-digit form.
    pub fn parse(typed: &str) -> Result<Self, IdentityError> {
        let number = text::compact(typed).to_ascii_uppercase();
        match number.chars().count() {
            0 => Err(IdentityError::Empty),
            15 => Err(first_generation(&number)?),
            18 => {
                check_characters(&number, 17)?;
                check_region(&number)?;
                let born = birth_date(&number[6..14])?;
                if check_digit(&number) != char::from(number.as_bytes()[17]) {
                    return Err(IdentityError::CheckDigit);
                }
                Ok(Self { number, born })
            }
            found => Err(IdentityError::Length { found }),
        }
    }

    /// [`Self::parse`], and the age on `today` is from [`YOUNGEST`] up to but not [`OLDEST`].
    ///
    /// # Errors
    /// As [`Self::parse`], then [`IdentityError::Future`], `TooYoung`, `TooOld`.
    pub fn parse_on(typed: &str, today: Date) -> Result<Self, IdentityError> {
        let number = Self::parse(typed)?;
        number.check_age(today)?;
        Ok(number)
    }

    /// Whether the birth date is plausible for an expert on `today`.
    ///
    /// # Errors
    /// [`IdentityError::Future`], `TooYoung`, `TooOld`.
    pub fn check_age(&self, today: Date) -> Result<(), IdentityError> {
        let born = self.born;
        if born > today {
            return Err(IdentityError::Future);
        }
        let reached = (today.month(), today.day()) >= (born.month(), born.day());
        let age = today.year() - born.year() - i16::from(!reached);
        match age {
            ..YOUNGEST => Err(IdentityError::TooYoung { age }),
            OLDEST.. => Err(IdentityError::TooOld { age }),
            _ => Ok(()),
        }
    }

    /// The number itself. Every caller is a place where personal data leaves its wrapping.
    pub fn expose(&self) -> &str {
        &self.number
    }

    /// 出生日期
    pub fn born(&self) -> Date {
        self.born
    }

    /// 性别, from the 17th digit.
    pub fn sex(&self) -> Sex {
        if self.number.as_bytes()[16] % 2 == 1 {
            Sex::Male
        } else {
            Sex::Female
        }
    }

    /// What card the number is printed on.
    pub fn card(&self) -> IdentityCard {
        match self.number.as_bytes() {
            [b'9', ..] => IdentityCard::ForeignPermanentResident,
            [b'8', b'1'..=b'3', ..] => IdentityCard::HongKongMacaoTaiwan,
            _ => IdentityCard::Resident,
        }
    }

    /// Name of the province that issued the number.
    pub fn province(&self) -> Option<&'static str> {
        match self.card() {
            IdentityCard::ForeignPermanentResident => province(&self.number[1..3]),
            _ => province(&self.number[..2]),
        }
    }

    /// The form for lists: 440***********9992.
    pub fn masked(&self) -> String {
        format!("{}***********{}", &self.number[..3], self.tail())
    }

    /// The last four characters, by which lists may be searched.
    pub fn tail(&self) -> &str {
        &self.number[14..]
    }
}

impl fmt::Debug for IdentityNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdentityNumber({})", self.masked())
    }
}

impl Explain for IdentityError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "identity.empty",
            Self::Length { .. } => "identity.length",
            Self::Character { .. } => "identity.character",
            Self::FirstGeneration { .. } => "identity.first_generation",
            Self::Region => "identity.region",
            Self::BirthDate => "identity.birth_date",
            Self::CheckDigit => "identity.check_digit",
            Self::Future => "identity.future",
            Self::TooYoung { .. } => "identity.too_young",
            Self::TooOld { .. } => "identity.too_old",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Empty => "没有填写身份证号。核对身份和查重都要用它，请填写证件上的 18 位号码。".into(),
            Self::Length { found } => format!(
                "身份证号应为 18 位，现在是 {found} 位。可能漏录或多录了数字，请对照证件重新填写。"
            ),
            Self::Character { position } => format!(
                "身份证号第 {position} 位不是数字。号码只含数字，仅最后一位可以是 X，请对照证件改正这一位。"
            ),
            Self::FirstGeneration { converted } => format!(
                "填写的是 15 位旧号码。第一代身份证自 2013 年 1 月 1 日起停止使用，不能再作身份证明。\
                 按规则换算的 18 位号码为 {}，请对照现用证件核对后采用。",
                converted.masked()
            ),
            Self::Region => "身份证号开头的地区码不存在。前两位应是省级代码（居住证为 81、82、83 后接 0000，\
                 外国人永久居留身份证为 9 后接省级代码），请对照证件核对前 6 位。"
                .into(),
            Self::BirthDate => {
                "身份证号第 7 至 14 位不是真实存在的日期。这 8 位应为出生年月日，请对照证件核对。".into()
            }
            Self::CheckDigit => {
                "身份证号校验没有通过。最后一位与前 17 位对不上，通常是某一位录错，请对照证件逐位核对。".into()
            }
            Self::Future => {
                "身份证号中的出生日期晚于今天。出生日期不可能在将来，请对照证件核对第 7 至 14 位。".into()
            }
            Self::TooYoung { age } => format!(
                "按身份证号计算只有 {age} 周岁。专家须年满 {YOUNGEST} 周岁，请核对号码是否录成了他人的。"
            ),
            Self::TooOld { age } => format!(
                "按身份证号计算已有 {age} 周岁。年龄满 {OLDEST} 周岁的多为录入错误，请对照证件核对出生年份。"
            ),
        }
    }
}

/// The check character of the first 17 digits: ASCII digits, or the answer means nothing.
pub fn check_digit(first: &str) -> char {
    let sum: u32 = first
        .bytes()
        .zip(WEIGHTS)
        .map(|(digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight)
        .sum();
    char::from(CHECKS[(sum % 11) as usize])
}

/// The number `17 digits` with its check character appended. `first` must be 17 ASCII digits.
pub(crate) fn complete(first: &str) -> Result<IdentityNumber, IdentityError> {
    check_characters(first, 17)?;
    IdentityNumber::parse(&format!("{first}{}", check_digit(first)))
}

/// The error that offers the 18-digit form of a 15-digit number, or the error in the old number.
fn first_generation(number: &str) -> Result<IdentityError, IdentityError> {
    check_characters(number, 15)?;
    // 996 to 999 were given to people born before 1900.
    let century = if &number[12..] >= "996" { "18" } else { "19" };
    let converted = complete(&format!("{}{century}{}", &number[..6], &number[6..]))?;
    Ok(IdentityError::FirstGeneration { converted })
}

/// The first `digits` characters are digits; a character after them is a digit or X.
fn check_characters(number: &str, digits: usize) -> Result<(), IdentityError> {
    let bad = number
        .chars()
        .enumerate()
        .find(|(index, c)| !(c.is_ascii_digit() || *index >= digits && *c == 'X'));
    bad.map_or(Ok(()), |(index, _)| {
        Err(IdentityError::Character {
            position: index + 1,
        })
    })
}

fn check_region(number: &str) -> Result<(), IdentityError> {
    let known = match &number[..2] {
        "81" | "82" | "83" => &number[2..6] == "0000",
        first if first.starts_with('9') => {
            province(&number[1..3]).is_some() && &number[3..6] != "000"
        }
        first => province(first).is_some(),
    };
    if known {
        Ok(())
    } else {
        Err(IdentityError::Region)
    }
}

fn province(code: &str) -> Option<&'static str> {
    PROVINCES
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(_, name)| *name)
}

/// A birth date from eight digits.
fn birth_date(digits: &str) -> Result<Date, IdentityError> {
    let number: u32 = digits.parse().map_err(|_| IdentityError::BirthDate)?;
    let part = |divisor, modulus| (number / divisor % modulus) as i16;
    let (year, month, day) = (part(10_000, 10_000), part(100, 100), part(1, 100));
    if year < 1800 {
        return Err(IdentityError::BirthDate);
    }
    Date::new(year, month as i8, day as i8).map_err(|_| IdentityError::BirthDate)
}
