//! 手机号, 座机号 and 电子邮箱. All three are personal: `Debug` is masked.

use std::fmt;

use crate::explain::Explain;
use crate::text;

/// A mainland mobile number: 11 digits, first 1, second 3 to 9. Carriers' ranges are not tested;
/// new ones open every year.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mobile(String);

/// A fixed line with area code, or a service number (400, 800, short code).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Landline {
    /// Area code and number, and an extension where given.
    Geographic {
        /// 010, 020, 0769 …
        area: String,
        /// 7 or 8 digits.
        number: String,
        /// 分机
        extension: Option<String>,
    },
    /// 400 or 800 and seven digits, or a code of 5 or 6 digits such as 12333.
    Service(String),
}

/// A mail address of the form `local@domain`, at most 254 characters, domain in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

/// Why a text is no mobile number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MobileError {
    /// Nothing was typed.
    #[error("mobile number is empty")]
    Empty,
    /// A character other than a digit.
    #[error("mobile number contains {found:?}")]
    Character {
        /// The first such character.
        found: char,
    },
    /// Not 11 digits.
    #[error("mobile number has {found} digits instead of 11")]
    Length {
        /// Digits counted, country code left out.
        found: usize,
    },
    /// Eleven digits that do not begin with 13 to 19.
    #[error("mobile number does not begin with 13 to 19")]
    Prefix,
}

/// Why a text is no fixed line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LandlineError {
    /// Nothing was typed.
    #[error("landline is empty")]
    Empty,
    /// A character other than a digit, or several extensions.
    #[error("landline contains {found:?}")]
    Character {
        /// The first such character.
        found: char,
    },
    /// No area code.
    #[error("landline has no area code")]
    Area,
    /// The area code asks for another number of digits.
    #[error("landline has {found} digits after area code {area}")]
    Length {
        /// 区号
        area: String,
        /// Digits found after it.
        found: usize,
        /// What the area uses.
        expected: &'static str,
    },
}

/// Why a text is no mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Nothing was typed.
    #[error("mail address is empty")]
    Empty,
    /// More than 254 characters, or more than 64 before the @.
    #[error("mail address is too long")]
    Length,
    /// No @, or more than one.
    #[error("mail address has {found} @ signs")]
    At {
        /// How many there are.
        found: usize,
    },
    /// A character that addresses cannot carry.
    #[error("mail address contains {found:?}")]
    Character {
        /// The first such character.
        found: char,
    },
    /// Nothing before the @, or dots at an end or in a row.
    #[error("mail address has no valid local part")]
    Local,
    /// The part after the @ is no domain name.
    #[error("mail address has no valid domain")]
    Domain,
}

impl Mobile {
    /// Reads a typed number: +86, 0086, blanks, hyphens and full-width digits are understood.
    ///
    /// # Errors
    /// See [`MobileError`].
    pub fn parse(typed: &str) -> Result<Self, MobileError> {
        let bare = text::compact(typed).replace('-', "");
        let number = match bare
            .strip_prefix("+86")
            .or_else(|| bare.strip_prefix("0086"))
        {
            Some(rest) => rest,
            None if bare.len() == 13 => bare.strip_prefix("86").unwrap_or(&bare),
            None => &bare,
        };
        if number.is_empty() {
            return Err(MobileError::Empty);
        }
        if let Some(found) = number.chars().find(|c| !c.is_ascii_digit()) {
            return Err(MobileError::Character { found });
        }
        if number.len() != 11 {
            return Err(MobileError::Length {
                found: number.len(),
            });
        }
        match number.as_bytes() {
            [b'1', b'3'..=b'9', ..] => Ok(Self(number.to_owned())),
            _ => Err(MobileError::Prefix),
        }
    }

    /// The eleven digits.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The form for lists: 138****8000.
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..3], &self.0[7..])
    }
}

impl Landline {
    /// Reads a typed number: `0769-22000001`, `(020)80000001`, `010-80000001转12`, `400-000-0001`.
    ///
    /// # Errors
    /// See [`LandlineError`].
    pub fn parse(typed: &str) -> Result<Self, LandlineError> {
        let compact = text::compact(typed)
            .replace("分机", "转")
            .replace("ext", "转");
        let (line, extension) = match compact.split_once('转') {
            Some((line, extension)) => (line, Some(extension.trim_matches(['-', ':', '.']))),
            None => (compact.as_str(), None),
        };
        let digits: String = line
            .trim_start_matches("+86")
            .chars()
            .filter(|c| !"-()".contains(*c))
            .collect();
        let digits = match digits.strip_prefix("0086") {
            Some(rest) => rest,
            None => &digits,
        };
        // Written with the country code the area code loses its 0.
        let digits = if line.starts_with("+86") && !digits.starts_with('0') {
            format!("0{digits}")
        } else {
            digits.to_owned()
        };
        if digits.is_empty() {
            return Err(LandlineError::Empty);
        }
        let all = digits.chars().chain(extension.unwrap_or_default().chars());
        if let Some(found) = all.into_iter().find(|c| !c.is_ascii_digit()) {
            return Err(LandlineError::Character { found });
        }
        let service = match digits.len() {
            10 => digits.starts_with("400") || digits.starts_with("800"),
            5 | 6 => digits.starts_with(['1', '9']),
            _ => false,
        };
        if service {
            return Ok(Self::Service(digits));
        }
        if !digits.starts_with('0') || digits.len() < 4 {
            return Err(LandlineError::Area);
        }
        let (area, number) = digits.split_at(match digits.as_bytes()[1] {
            b'1' | b'2' => 3,
            _ => 4,
        });
        let (allowed, expected): (&[usize], _) = match area {
            // Areas known to the pools; elsewhere both lengths are in use.
            "0769" => (&[8], "8 位"),
            "0750" => (&[7], "7 位"),
            _ if area.len() == 3 => (&[8], "8 位"),
            _ => (&[7, 8], "7 位或 8 位"),
        };
        if !allowed.contains(&number.len()) {
            let found = number.len();
            return Err(LandlineError::Length {
                area: area.to_owned(),
                found,
                expected,
            });
        }
        Ok(Self::Geographic {
            area: area.to_owned(),
            number: number.to_owned(),
            extension: extension.filter(|text| !text.is_empty()).map(str::to_owned),
        })
    }

    /// The number as it is printed: `0769-22000001`, `010-80000001转12`, `4000000001`.
    pub fn expose(&self) -> String {
        match self {
            Self::Service(number) => number.clone(),
            Self::Geographic {
                area,
                number,
                extension: None,
            } => format!("{area}-{number}"),
            Self::Geographic {
                area,
                number,
                extension: Some(extension),
            } => {
                format!("{area}-{number}转{extension}")
            }
        }
    }
}

impl Email {
    /// Reads a typed address: blanks at the ends and full-width letters are understood.
    ///
    /// # Errors
    /// See [`EmailError`].
    pub fn parse(typed: &str) -> Result<Self, EmailError> {
        let address: String = text::tidy(typed).chars().map(text::half_width).collect();
        if address.is_empty() {
            return Err(EmailError::Empty);
        }
        let found = address.matches('@').count();
        let (local, domain) = address
            .split_once('@')
            .filter(|_| found == 1)
            .ok_or(EmailError::At { found })?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.@".contains(c);
        if let Some(found) = address.chars().find(|c| !allowed(*c)) {
            return Err(EmailError::Character { found });
        }
        if address.len() > 254 || local.len() > 64 {
            return Err(EmailError::Length);
        }
        if local.split('.').any(str::is_empty) {
            return Err(EmailError::Local);
        }
        let label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let top = domain.rsplit('.').next().unwrap_or_default();
        let named = top.len() >= 2 && !top.bytes().all(|b| b.is_ascii_digit());
        if !domain.contains('.') || !domain.split('.').all(label) || !named {
            return Err(EmailError::Domain);
        }
        Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
    }

    /// The address.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The form for lists: `z***@example.com`.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.split_once('@').unwrap_or((&self.0, ""));
        format!("{}***@{domain}", &local[..1])
    }
}

impl fmt::Debug for Mobile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mobile({})", self.masked())
    }
}

impl fmt::Debug for Landline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Geographic { area, .. } => write!(f, "Landline({area}-****)"),
            Self::Service(number) => write!(f, "Landline({number})"),
        }
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Email({})", self.masked())
    }
}

impl Explain for MobileError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "mobile.empty",
            Self::Character { .. } => "mobile.character",
            Self::Length { .. } => "mobile.length",
            Self::Prefix => "mobile.prefix",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Empty => {
                "没有填写手机号。手机号用于通知和签到，请填写本人正在使用的号码。".into()
            }
            Self::Character { found } => {
                format!("手机号中有“{found}”。手机号只含数字，请删除其他字符；座机请填在座机栏。")
            }
            Self::Length { found } => {
                format!(
                    "手机号应为 11 位，现在是 {found} 位。可能漏录或多录了数字，请核对后重新填写。"
                )
            }
            Self::Prefix => {
                "手机号开头不对。手机号第一位是 1、第二位是 3 至 9，请核对；座机请填在座机栏。"
                    .into()
            }
        }
    }
}

impl Explain for LandlineError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "landline.empty",
            Self::Character { .. } => "landline.character",
            Self::Area => "landline.area",
            Self::Length { .. } => "landline.length",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Empty => "没有填写座机号。办公时间要用它联系单位，请连同区号填写。".into(),
            Self::Character { found } => {
                format!("座机号中有“{found}”。座机号只含数字、短横和“转”，请删除其他字符。")
            }
            Self::Area => {
                "座机号缺少区号。外地单位不加区号打不通，请写成“区号-号码”，如 0769-22000001。"
                    .into()
            }
            Self::Length {
                area,
                found,
                expected,
            } => format!(
                "区号 {area} 后应为 {expected}，现在是 {found} 位。可能漏录或多录了数字，请核对后重新填写。"
            ),
        }
    }
}

impl Explain for EmailError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "email.empty",
            Self::Length => "email.length",
            Self::At { .. } => "email.at",
            Self::Character { .. } => "email.character",
            Self::Local => "email.local",
            Self::Domain => "email.domain",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Empty => "没有填写邮箱。评审材料会发到邮箱，请填写常用地址。".into(),
            Self::Length => {
                "邮箱地址太长。地址最多 254 个字符、@ 之前最多 64 个字符，请检查是否粘贴了别的内容。".into()
            }
            Self::At { found } => format!(
                "邮箱地址应有一个 @，现在有 {found} 个。@ 分开用户名和邮箱服务商，请按“名称@服务商”填写，一栏只填一个。"
            ),
            Self::Character { found } => format!(
                "邮箱地址中有“{found}”。地址只含英文字母、数字和少数符号，请删除空格和中文字符。"
            ),
            Self::Local => {
                "邮箱 @ 之前的部分不完整。那里应是邮箱名称，不能为空，点不能在两端或连续出现，请核对。".into()
            }
            Self::Domain => {
                "邮箱 @ 之后的部分不完整。那里应是服务商域名，如 example.com，请核对是否漏了后缀。".into()
            }
        }
    }
}
