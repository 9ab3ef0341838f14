//! The pages before a visitor is known: sign in, first set-up, change of password, one-time code. The routes that
//! receive their forms belong to the feature that signs people in; the field names are fixed here.

use askama::Template;

use crate::components::Qr;
use crate::form::{Choice, FormState};
use crate::layout::Layout;

/// Sign in. Fields: `account`, `password`, `back`; posted to `/login`.
#[derive(Debug, Template)]
#[template(path = "auth/login.html")]
pub struct LoginPage {
    /// Around the page.
    pub layout: Layout,
    /// What was typed; the password is never sent back.
    pub form: FormState,
    /// A circumstance such as 登录已过期，请重新登录; empty for none.
    pub notice: String,
    /// Where to go afterwards; check with [`crate::layout::local_address`].
    pub back: String,
}

/// First set-up through the one-time link. Fields: `bureau`, `help_phone`, `pool`, `pack`, `despite_standing`,
/// `password`, `password_again`, and `{role}_name`, `{role}_login` of each person; posted to `action`.
#[derive(Debug, Template)]
#[template(path = "auth/setup.html")]
pub struct SetupPage {
    /// Around the page.
    pub layout: Layout,
    /// What was typed.
    pub form: FormState,
    /// The instruments to choose from, each with what it is worth today.
    pub packs: Vec<Choice>,
    /// The one-time link itself.
    pub action: String,
}

/// Change of password. Fields: `current`, `password`, `password_again`; posted to `action`.
#[derive(Debug, Template)]
#[template(path = "auth/password.html")]
pub struct PasswordPage {
    /// Around the page.
    pub layout: Layout,
    /// What was typed.
    pub form: FormState,
    /// Why the change is asked for, such as 首次登录须修改初始密码; empty for none.
    pub reason: String,
    /// Whether the present password is asked for; a one-time link takes its place.
    pub current: bool,
    /// Where it is posted.
    pub action: String,
}

/// One-time code, at sign-in or when binding a device. Fields: `code`, `back`; posted to `action`.
#[derive(Debug, Template)]
#[template(path = "auth/totp.html")]
pub struct TotpPage {
    /// Around the page.
    pub layout: Layout,
    /// What was typed.
    pub form: FormState,
    /// When a device is bound: its code and secret.
    pub enrolment: Option<Enrolment>,
    /// Where it is posted.
    pub action: String,
    /// Where to go afterwards.
    pub back: String,
}

/// What a device needs to show one-time codes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Enrolment {
    /// The `otpauth://` address as a code.
    pub qr: Option<Qr>,
    /// The secret in base 32, for typing.
    pub secret: String,
}
