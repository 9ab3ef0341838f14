//! Why a use case did not do what was asked. A refusal by law or by state is a value with its
//! sentences, not a fault.

use domain::actor::Denied;

/// Result of every use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One thing wrong with what was typed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// Name of the form field, or empty when it concerns the whole form.
    pub field: String,
    /// What happened, why, and what to do.
    pub sentence: String,
}

impl Problem {
    /// A problem of one field.
    pub fn new(field: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            sentence: sentence.into(),
        }
    }
}

/// One reason of a refusal, with the article it rests on and the fact it used.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Reason {
    /// Stable code: of a pack's rule, or of a state.
    pub code: String,
    /// The article, e.g. 第九条(一); empty where no article is concerned.
    pub article: String,
    /// What happened, the fact used, and what to do.
    pub sentence: String,
}

impl Reason {
    /// A reason that rests on the state of things rather than on an article.
    pub fn state(code: &str, sentence: impl std::fmt::Display) -> Self {
        Self {
            code: code.to_owned(),
            article: String::new(),
            sentence: sentence.to_string(),
        }
    }

    /// A reason that rests on an article.
    pub fn law(code: &str, article: impl std::fmt::Display, sentence: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            article: article.to_string(),
            sentence: sentence.into(),
        }
    }
}

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such thing, or nothing the actor may know of; both read the same.
    #[error("没有找到您要的内容。它可能已被移走，或地址有误。请从列表重新进入。")]
    NotFound,
    /// The actor's roles do not reach it.
    #[error("{0}。需要时请联系安全管理员调整岗位。")]
    Forbidden(#[from] Denied),
    /// It belongs to a team another department answers for; the reason names the article.
    #[error("{}。需要时请联系安全管理员调整岗位。", .0.sentence)]
    OutsideRemit(Reason),
    /// Nobody is logged in, or the session ended.
    #[error("请先登录。")]
    LoggedOut,
    /// Log-in, token or code not accepted; never says which part was wrong.
    #[error("{0}")]
    Unauthenticated(String),
    /// Too many tries or too large a request.
    #[error("{0}")]
    TooMany(String),
    /// The law or the state of things does not allow it.
    #[error("{}", .0.iter().map(|r| r.sentence.as_str()).collect::<Vec<_>>().join("；"))]
    Refused(Vec<Reason>),
    /// Someone else changed it first.
    #[error("这条内容刚被他人更新，您的修改没有保存。请刷新后在最新内容上修改。")]
    Stale,
    /// What was typed does not hold; all problems at once.
    #[error("{}", .0.iter().map(|p| p.sentence.as_str()).collect::<Vec<_>>().join("；"))]
    Invalid(Vec<Problem>),
    /// The machine cannot do it now: no room on the disk, a clock that runs wrong, a database that
    /// does not answer or is busy. Nothing was saved; the sentence says what to do.
    #[error(transparent)]
    Unavailable(store::Error),
    /// The store refuses what no use case should ask of it.
    #[error(transparent)]
    Store(store::Error),
    /// A document could not be made or read.
    #[error("{0}")]
    Document(String),
    /// A fault of the program.
    #[error("出错了，刚才的操作没有保存（{0}）。请把时间与编号告知技术支持。")]
    Internal(String),
}

impl Error {
    /// A refusal for one reason of state.
    pub fn state(code: &str, sentence: impl std::fmt::Display) -> Self {
        Self::Refused(vec![Reason::state(code, sentence)])
    }

    /// One thing wrong with one field.
    pub fn field(field: &str, sentence: impl Into<String>) -> Self {
        Self::Invalid(vec![Problem::new(field, sentence)])
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Stale { .. } => Self::Stale,
            passing if passing.is_circumstance() => Self::Unavailable(passing),
            other => Self::Store(other),
        }
    }
}
