//! `--channels FILE`: how messages leave. Every problem of the file is told at once, in words.

use std::collections::BTreeMap;
use std::path::Path;

use service::outbox::{Channels, Mail, Security, Sms};
use toml::{Table, Value};

use crate::commands::Failure;
use crate::words;

/// Reads the file.
pub(crate) fn read(path: &Path) -> Result<Channels, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::Usage(format!(
            "没有启动：不能读取消息渠道文件 {}（{error}）。请核对路径和读取权限。",
            path.display()
        ))
    })?;
    parse(&text).map_err(|problems| {
        Failure::Usage(format!(
            "没有启动：消息渠道文件 {} 有 {} 处问题，请改正后再启动：\n  {}",
            path.display(),
            problems.len(),
            problems.join("\n  ")
        ))
    })
}

fn parse(text: &str) -> Result<Channels, Vec<String>> {
    let table: Table = toml::from_str(text).map_err(|error: toml::de::Error| {
        let line = error
            .span()
            .and_then(|span| text.get(..span.start))
            .map_or(1, |before| before.matches('\n').count() + 1);
        vec![format!(
            "第 {line} 行不是正确的 TOML（{}）。写法见 docs/operations.md“Message channels”。",
            words::fault(error.message())
        )]
    })?;
    let mut root = Section::new("", table);
    let mail = root.section("mail").map(mail);
    let sms = root.section("sms").map(sms);
    let mut problems = root.finish(&["mail", "sms"]);
    let mut channels = Channels::default();
    for part in [mail, sms].into_iter().flatten() {
        match part {
            Ok(Part::Mail(mail)) => channels.mail = Some(mail),
            Ok(Part::Sms(sms)) => channels.sms = Some(sms),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() {
        Ok(channels)
    } else {
        Err(problems)
    }
}

enum Part {
    Mail(Mail),
    Sms(Sms),
}

fn mail(mut section: Section) -> Result<Part, Vec<String>> {
    let host = section.text("host", "邮件服务器的主机名");
    let security = match section.text_or_nothing("security").as_deref() {
        None | Some("tls") => Security::Tls,
        Some("start_tls") => Security::StartTls,
        Some("none") => Security::None,
        Some(other) => {
            section.note(format!(
                "security 写成了“{other}”，只能是 tls（端口 465）、start_tls（端口 587）或 none（仅限本机转发）。"
            ));
            Security::Tls
        }
    };
    let port = section.port(match security {
        Security::Tls => 465,
        Security::StartTls => 587,
        Security::None => 25,
    });
    let from = section.text("from", "发件人，如“专家库 <zjk@example.org>”");
    if !from.is_empty() && !from.contains('@') {
        section.note(format!("from 写成了“{from}”，里面没有邮箱地址。"));
    }
    let user = section.text_or_nothing("user");
    let password = section.text_or_nothing("password");
    if user.is_some() != password.is_some() {
        section.note("user 和 password 要么都写，要么都不写。".to_owned());
    }
    let problems = section.finish(&["host", "port", "security", "from", "user", "password"]);
    let mail = Mail {
        host,
        port,
        security,
        from,
        user,
        password,
    };
    if problems.is_empty() {
        Ok(Part::Mail(mail))
    } else {
        Err(problems)
    }
}

fn sms(mut section: Section) -> Result<Part, Vec<String>> {
    let url = section.text("url", "短信网关的网址");
    if !url.is_empty() && !url.starts_with("https://") && !url.starts_with("http://") {
        section.note(format!(
            "url 写成了“{url}”，应以 https:// 开头（内网可用 http://）。"
        ));
    }
    let headers = section.headers();
    let body = match section.table.remove("body") {
        None => {
            section.note("没有写 body，即网关要求的 JSON。请写成一个表，短信号码处写 {phone}，内容处写 {text}。".to_owned());
            serde_json::Value::Null
        }
        Some(body) => {
            let body = serde_json::to_value(body).unwrap_or_default();
            let spelt = body.to_string();
            for place in ["{phone}", "{text}"] {
                if !spelt.contains(place) {
                    section.note(format!(
                        "body 里没有 {place}，短信网关收不到这一项。请把它写在相应的字段里。"
                    ));
                }
            }
            body
        }
    };
    let accepted = section.text_or_nothing("accepted");
    let problems = section.finish(&["url", "headers", "body", "accepted"]);
    let sms = Sms {
        url,
        headers,
        body,
        accepted,
    };
    if problems.is_empty() {
        Ok(Part::Sms(sms))
    } else {
        Err(problems)
    }
}

/// One table of the file, with what is wrong in it. What was read is taken out.
struct Section {
    name: &'static str,
    table: Table,
    problems: Vec<String>,
}

impl Section {
    fn new(name: &'static str, table: Table) -> Self {
        Self {
            name,
            table,
            problems: Vec::new(),
        }
    }

    fn note(&mut self, sentence: String) {
        let place = if self.name.is_empty() {
            String::new()
        } else {
            format!("[{}] ", self.name)
        };
        self.problems.push(format!("{place}{sentence}"));
    }

    fn section(&mut self, name: &'static str) -> Option<Section> {
        match self.table.remove(name)? {
            Value::Table(table) => Some(Section::new(name, table)),
            other => {
                let kind = kind(&other);
                self.note(format!("{name} 应是一个表（[{name}]），现在是{kind}。"));
                None
            }
        }
    }

    fn text_or_nothing(&mut self, key: &str) -> Option<String> {
        match self.table.remove(key)? {
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            other => {
                let kind = kind(&other);
                self.note(format!("{key} 应是带引号的文字，现在是{kind}。"));
                None
            }
        }
    }

    fn text(&mut self, key: &str, what: &str) -> String {
        let before = self.problems.len();
        let text = self.text_or_nothing(key);
        if text.is_none() && self.problems.len() == before {
            self.note(format!("没有写 {key}（{what}）。"));
        }
        text.unwrap_or_default()
    }

    fn port(&mut self, usual: u16) -> u16 {
        match self.table.remove("port") {
            None => usual,
            Some(Value::Integer(port)) if (1..=65535).contains(&port) => {
                u16::try_from(port).unwrap_or(usual)
            }
            Some(other) => {
                self.note(format!("port 应是 1 到 65535 的整数，现在是 {other}。"));
                usual
            }
        }
    }

    fn headers(&mut self) -> BTreeMap<String, String> {
        let mut headers = BTreeMap::new();
        match self.table.remove("headers") {
            None => {}
            Some(Value::Table(table)) => {
                for (name, value) in table {
                    match value {
                        Value::String(text) => {
                            headers.insert(name, text);
                        }
                        other => {
                            let kind = kind(&other);
                            self.note(format!("headers.{name} 应是带引号的文字，现在是{kind}。"));
                        }
                    }
                }
            }
            Some(other) => {
                let kind = kind(&other);
                self.note(format!("headers 应是一个表，现在是{kind}。"));
            }
        }
        headers
    }

    fn finish(mut self, known: &[&str]) -> Vec<String> {
        let left: Vec<String> = self.table.keys().cloned().collect();
        for key in left {
            self.note(format!(
                "不认识 {key}。这里可以写的是 {}。",
                known.join("、")
            ));
        }
        self.problems
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "文字",
        Value::Integer(_) => "整数",
        Value::Float(_) => "小数",
        Value::Boolean(_) => "真假值",
        Value::Datetime(_) => "日期",
        Value::Array(_) => "数组",
        Value::Table(_) => "表",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_channels_are_read() {
        let channels = parse(
            r#"
            [mail]
            host = "mail.example.org"
            security = "start_tls"
            from = "专家库 <zjk@example.org>"
            user = "zjk"
            password = "secret"
            [sms]
            url = "https://sms.example.org/send"
            accepted = "\"code\":0"
            [sms.headers]
            x-key = "k1"
            [sms.body]
            to = ["{phone}"]
            content = { text = "{text}" }
            "#,
        )
        .unwrap();
        let mail = channels.mail.unwrap();
        assert_eq!((mail.host.as_str(), mail.port), ("mail.example.org", 587));
        assert_eq!(mail.security, Security::StartTls);
        let sms = channels.sms.unwrap();
        assert_eq!(
            sms.body,
            serde_json::json!({ "to": ["{phone}"], "content": { "text": "{text}" } })
        );
        assert_eq!(sms.headers["x-key"], "k1");
        let none = parse("").unwrap();
        assert!(none.mail.is_none() && none.sms.is_none());
    }

    #[test]
    fn everything_wrong_is_said_at_once_and_no_secret_is_repeated() {
        let problems = parse(
            r#"
            wecom = true
            sms = 3
            [mail]
            host = 25
            port = 70000
            security = "ssl"
            from = "专家库"
            password = "s3cret"
            hots = "x"
            "#,
        )
        .unwrap_err();
        let all = problems.join("\n");
        for part in [
            "不认识 wecom。这里可以写的是 mail、sms。",
            "sms 应是一个表（[sms]），现在是整数。",
            "[mail] host 应是带引号的文字，现在是整数。",
            "[mail] port 应是 1 到 65535 的整数，现在是 70000。",
            "[mail] security 写成了“ssl”",
            "[mail] from 写成了“专家库”，里面没有邮箱地址。",
            "[mail] user 和 password 要么都写，要么都不写。",
            "[mail] 不认识 hots。",
        ] {
            assert!(all.contains(part), "{part} in {all}");
        }
        assert_eq!(problems.len(), 8, "{all}");
        assert!(!all.contains("s3cret"));
        let gateway =
            parse("[sms]\nurl = 'sms.example.org'\n[sms.body]\nto = '{phone}'").unwrap_err();
        assert_eq!(gateway.len(), 2, "{gateway:?}");
        let broken = parse("[mail]\nhost = \n").unwrap_err();
        assert!(
            broken[0].starts_with("第 2 行不是正确的 TOML"),
            "{broken:?}"
        );
    }
}
