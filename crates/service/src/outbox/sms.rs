//! 短信 over a vendor's HTTP interface: one POST of JSON per message, shaped by a template.

use std::collections::BTreeMap;
use std::fmt;

use http_body_util::{BodyExt as _, Limited};
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Method, Request};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde_json::Value;
use store::messages::Message;

use super::{Handed, PATIENCE, one_line};

/// Most of an answer that is read.
const LONGEST_ANSWER: usize = 64 * 1024;

/// A gateway.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// Address, `https://…` (or `http://…` inside the own network).
    pub url: String,
    /// Headers besides the content type: keys of the vendor.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The JSON to send. `{phone}`, `{text}` and `{id}` inside its strings are replaced.
    pub body: Value,
    /// The answer must contain this text, where a status of 2xx does not yet mean success.
    #[serde(default)]
    pub accepted: Option<String>,
}

impl fmt::Debug for Sms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sms({})", self.url)
    }
}

impl Sms {
    pub(super) async fn send(&self, message: &Message) -> Handed {
        let request = match self.request(message) {
            Ok(request) => request,
            Err(why) => return Handed::Later(format!("短信网关设置有误：{why}")),
        };
        match tokio::time::timeout(PATIENCE, self.exchange(request)).await {
            Ok(handed) => handed,
            Err(_) => Handed::Later("短信网关没有及时应答".to_owned()),
        }
    }

    fn request(&self, message: &Message) -> Result<Request<String>, String> {
        let words = [
            ("{phone}", message.recipient.reveal().to_owned()),
            ("{text}", one_line(message.content.reveal())),
            ("{id}", message.id.to_string()),
        ];
        let mut body = self.body.clone();
        fill(&mut body, &words);
        let mut request = Request::new(body.to_string());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.url.parse().map_err(|_| "网址写法不对".to_owned())?;
        let headers = request.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=utf-8"),
        );
        for (name, value) in &self.headers {
            let name: HeaderName = name
                .parse()
                .map_err(|_| format!("请求头 {name} 写法不对"))?;
            let mut value: HeaderValue = value
                .parse()
                .map_err(|_| format!("请求头 {name} 的值写法不对"))?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(request)
    }

    async fn exchange(&self, request: Request<String>) -> Handed {
        let connector = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .build();
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let answer = match client.request(request).await {
            Ok(answer) => answer,
            Err(error) if error.is_connect() => return Handed::Later("连不上短信网关".to_owned()),
            Err(_) => return Handed::Later("与短信网关的连接中断".to_owned()),
        };
        let status = answer.status();
        let body = Limited::new(answer.into_body(), LONGEST_ANSWER)
            .collect()
            .await;
        let body = body.map(|body| String::from_utf8_lossy(&body.to_bytes()).into_owned());
        let body = body.unwrap_or_default();
        let taken = self
            .accepted
            .as_ref()
            .is_none_or(|words| body.contains(words.as_str()));
        match status.as_u16() {
            200..300 if taken => Handed::Accepted(format!("短信网关已接收（{}）", status.as_u16())),
            200..300 => Handed::Later("短信网关没有接收，应答中没有成功标志".to_owned()),
            // Too many, or timed out: the same request may succeed later.
            408 | 425 | 429 => Handed::Later(format!("短信网关暂不接收（{}）", status.as_u16())),
            400..500 => Handed::Never(format!("短信网关拒收（{}）", status.as_u16())),
            _ => Handed::Later(format!("短信网关出错（{}）", status.as_u16())),
        }
    }
}

/// Replaces words inside every string of a template; quoting stays the business of JSON.
fn fill(value: &mut Value, words: &[(&str, String)]) {
    match value {
        Value::String(text) => {
            // One pass, so that a text that contains `{phone}` is left as it is.
            let mut filled = String::new();
            let mut rest = text.as_str();
            while let Some(start) = rest.find('{') {
                filled.push_str(&rest[..start]);
                rest = &rest[start..];
                match words.iter().find(|(word, _)| rest.starts_with(word)) {
                    Some((word, value)) => {
                        filled.push_str(value);
                        rest = &rest[word.len()..];
                    }
                    None => {
                        filled.push('{');
                        rest = &rest[1..];
                    }
                }
            }
            filled.push_str(rest);
            *text = filled;
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, words)),
        Value::Object(fields) => fields.values_mut().for_each(|item| fill(item, words)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_once_and_stays_json() {
        let mut body = serde_json::json!({ "to": ["{phone}"], "p": { "t": "{text}{x}", "n": 3 } });
        let words = [
            ("{phone}", "164\"1".to_owned()),
            ("{text}", "请答复 {phone}".to_owned()),
        ];
        fill(&mut body, &words);
        assert_eq!(
            body,
            serde_json::json!({ "to": ["164\"1"], "p": { "t": "请答复 {phone}{x}", "n": 3 } })
        );
    }
}
