//! 邮件 over SMTP.

use std::fmt;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use serde::Deserialize;
use store::messages::Message;

use super::{Handed, PATIENCE, one_line};

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// TLS from the first byte (port 465).
    #[default]
    Tls,
    /// STARTTLS, required (port 587).
    StartTls,
    /// None: only for a relay on the same machine.
    None,
}

/// A mail server.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Host name.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection of the connection.
    #[serde(default)]
    pub security: Security,
    /// 发件人, e.g. `专家库 <zjk@example.org>`.
    pub from: String,
    /// User name, where the server asks for one.
    #[serde(default)]
    pub user: Option<String>,
    /// Its password.
    #[serde(default)]
    pub password: Option<String>,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mail({}:{})", self.host, self.port)
    }
}

impl Mail {
    pub(super) async fn send(&self, message: &Message) -> Handed {
        let address = |text: &str| text.trim().parse::<Mailbox>();
        let (Ok(from), Ok(to)) = (address(&self.from), address(message.recipient.reveal())) else {
            return Handed::Never("收件或发件地址写法不对".to_owned());
        };
        let mail = lettre::Message::builder()
            .from(from)
            .to(to)
            .subject(one_line(&message.subject))
            // The same message sent twice is recognised by its identifier.
            .message_id(Some(format!("<{}@linxuan>", message.id)))
            .header(ContentType::TEXT_PLAIN)
            .body(message.content.reveal().to_owned());
        let mail = match mail {
            Ok(mail) => mail,
            Err(error) => return Handed::Never(format!("邮件无法生成：{error}")),
        };
        let transport = match self.transport() {
            Ok(transport) => transport,
            Err(error) => return Handed::Later(format!("邮件服务器设置有误：{error}")),
        };
        match tokio::time::timeout(PATIENCE, transport.send(mail)).await {
            Err(_) => Handed::Later("邮件服务器没有及时应答".to_owned()),
            Ok(Ok(answer)) => Handed::Accepted(format!("邮件服务器已接收（{}）", answer.code())),
            Ok(Err(error)) if error.is_permanent() => {
                Handed::Never(format!("邮件服务器拒收（{}）", code(&error)))
            }
            Ok(Err(error)) => Handed::Later(format!("邮件服务器暂不接收（{}）", code(&error))),
        }
    }

    fn transport(
        &self,
    ) -> Result<AsyncSmtpTransport<Tokio1Executor>, lettre::transport::smtp::Error> {
        type Transport = AsyncSmtpTransport<Tokio1Executor>;
        let builder = match self.security {
            Security::Tls => Transport::relay(&self.host)?,
            Security::StartTls => Transport::starttls_relay(&self.host)?,
            Security::None => Transport::builder_dangerous(&self.host),
        };
        let builder = builder.port(self.port).timeout(Some(PATIENCE));
        Ok(match (&self.user, &self.password) {
            (Some(user), Some(password)) => builder
                .credentials(Credentials::new(user.clone(), password.clone()))
                .build(),
            _ => builder.build(),
        })
    }
}

/// The reply code; the text of a server may repeat the address.
fn code(error: &lettre::transport::smtp::Error) -> String {
    error
        .status()
        .map_or_else(|| "连接失败".to_owned(), |code| code.to_string())
}
