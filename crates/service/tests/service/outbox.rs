//! Messages leave through a mail server and a gateway started here; what fails is tried again, and
//! two servers never send one message twice.

use std::sync::{Arc, Mutex};

use domain::id::MessageId;
use jiff::{SignedDuration, Timestamp};
use service::outbox::{Channels, Mail, Security, Sms};
use service::port::{StoppedClock, SystemEntropy};
use service::{Ctx, Packs, Service, Settings};
use store::messages::{Delivery, Message, MessageFilter, Queued};
use store::testing::{TestStore, now, on_both};
use store::{PageRequest, Secret};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

/// What a sink received.
type Received = Arc<Mutex<Vec<String>>>;

/// A mail server that refuses its first `refusals` messages for now. Returns its port.
async fn mail_server(refusals: usize) -> (u16, Received) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    let received = Received::default();
    let (kept, left) = (received.clone(), Arc::new(Mutex::new(refusals)));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream, kept.clone(), left.clone()));
        }
    });
    (port, received)
}

async fn talk(stream: TcpStream, kept: Received, left: Arc<Mutex<usize>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 sink\r\n").await?;
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 0 {
        let word = line.get(..4).unwrap_or("").to_uppercase();
        let refuse = {
            let mut left = left.lock().expect("lock");
            let refuse = word == "MAIL" && *left > 0;
            *left -= usize::from(refuse);
            refuse
        };
        match word.as_str() {
            "MAIL" if refuse => stream.write_all(b"451 later\r\n").await?,
            "DATA" => {
                stream.write_all(b"354 go\r\n").await?;
                let mut mail = String::new();
                while !mail.ends_with("\r\n.\r\n") && stream.read_line(&mut mail).await? > 0 {}
                kept.lock().expect("lock").push(mail);
                stream.write_all(b"250 kept\r\n").await?;
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => stream.write_all(b"250 ok\r\n").await?,
        }
        line.clear();
    }
    Ok(())
}

/// A gateway that answers with `answers` in turn, then with the last of them. Returns its port.
async fn gateway(answers: &'static [(&'static str, &'static str)]) -> (u16, Received) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    let received = Received::default();
    let kept = received.clone();
    tokio::spawn(async move {
        let mut turn = 0;
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            let mut piece = [0; 4096];
            loop {
                let text = String::from_utf8_lossy(&request).into_owned();
                let length = text.lines().find_map(|line| {
                    line.to_lowercase()
                        .strip_prefix("content-length: ")?
                        .trim()
                        .parse::<usize>()
                        .ok()
                });
                let body = text
                    .split_once("\r\n\r\n")
                    .map(|(head, _)| request.len() - head.len() - 4);
                if length.is_some() && body == length {
                    break;
                }
                match stream.read(&mut piece).await {
                    Ok(0) | Err(_) => break,
                    Ok(read) => request.extend_from_slice(&piece[..read]),
                }
            }
            kept.lock()
                .expect("lock")
                .push(String::from_utf8_lossy(&request).into_owned());
            let (status, body) = answers[turn.min(answers.len() - 1)];
            turn += 1;
            let answer = format!(
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (port, received)
}

fn mail(port: u16) -> Mail {
    Mail {
        host: "127.0.0.1".into(),
        port,
        security: Security::None,
        from: "专家库 <pool@example.org>".into(),
        user: None,
        password: None,
    }
}

fn sms(port: u16, accepted: Option<&str>) -> Sms {
    Sms {
        url: format!("http://127.0.0.1:{port}/send"),
        headers: [("x-key".to_owned(), "k1".to_owned())].into(),
        body: serde_json::json!({ "to": "{phone}", "content": "{text}" }),
        accepted: accepted.map(str::to_owned),
    }
}

struct Office {
    service: Service,
    clock: Arc<StoppedClock>,
    store: store::Store,
}

impl Office {
    fn open(store: store::Store, channels: Channels) -> Self {
        let clock = Arc::new(StoppedClock::at(now()));
        let settings = Settings {
            channels,
            ..Settings::default()
        };
        let service = Service::new(
            store.clone(),
            Packs::new([]),
            clock.clone(),
            Arc::new(SystemEntropy),
            settings,
        );
        Self {
            service,
            clock,
            store,
        }
    }

    fn ctx(&self) -> Ctx {
        self.service.schedule()
    }

    async fn round(&self) -> u32 {
        self.service
            .deliver_messages(&self.ctx())
            .await
            .expect("a round")
    }

    async fn queue(&self, n: u128, channel: &str, recipient: &str, deadline: Option<Timestamp>) {
        let mut tx = self.store.upkeep().await.expect("a transaction");
        let message = Message {
            id: MessageId(Uuid::from_u128(n)),
            pool: None,
            channel: channel.into(),
            recipient: Secret::new(recipient),
            account: None,
            subject: "评审工作邀请".into(),
            content: Secret::new("请您参加评审，请于今天答复"),
            reference_kind: "engagement".into(),
            reference_id: "e1".into(),
            created_at: now(),
            send_at: now(),
            deadline,
        };
        tx.enqueue(&message).await.expect("queued");
        tx.commit().await.expect("committed");
    }

    async fn all(&self) -> Vec<Queued> {
        let filter = MessageFilter::default();
        let seals = self.store.seals();
        let page = PageRequest::first(50);
        store::messages::page(&mut self.store.read(), seals, &filter, &page)
            .await
            .expect("read")
            .items
    }
}

#[tokio::test]
async fn what_a_server_refuses_for_now_is_sent_later_and_once() {
    on_both(|engine| async move {
        let (port, received) = mail_server(2).await;
        let channels = Channels {
            mail: Some(mail(port)),
            sms: None,
        };
        let office = Office::open(engine.store.clone(), channels);
        office
            .queue(1, "email", "zhang0001@example.com", None)
            .await;

        assert_eq!(office.round().await, 0);
        assert_eq!(office.all().await[0].delivery, Delivery::Waiting);
        assert_eq!(office.round().await, 0, "not due again yet");
        assert_eq!(office.all().await[0].attempts, 1);
        office.clock.advance(60);
        assert_eq!(office.round().await, 0);
        office.clock.advance(120);
        assert_eq!(office.round().await, 1);
        office.clock.advance(3600);
        assert_eq!(office.round().await, 0);

        let message = &office.all().await[0];
        assert_eq!(
            (message.delivery, message.attempts, message.log.len()),
            (Delivery::Sent, 3, 3)
        );
        let mails = received.lock().expect("lock");
        assert_eq!(mails.len(), 1);
        assert!(
            mails[0].contains("To: zhang0001@example.com"),
            "{}",
            mails[0]
        );
        assert!(mails[0].contains("Subject: =?utf-8?b?"), "{}", mails[0]);
    })
    .await;
}

#[tokio::test]
async fn a_gateway_is_spoken_to_in_its_own_words() {
    let engine = TestStore::open(store::Kind::Sqlite).await;
    let (port, received) = gateway(&[
        ("200 OK", r#"{"Code":"BUSY"}"#),
        ("200 OK", r#"{"Code":"OK"}"#),
        ("403 Forbidden", "{}"),
    ])
    .await;
    let channels = Channels {
        mail: None,
        sms: Some(sms(port, Some(r#""Code":"OK""#))),
    };
    let office = Office::open(engine.store.clone(), channels);
    office.queue(1, "sms", "15437000007", None).await;
    assert_eq!(
        office.round().await,
        0,
        "2xx without the vendor's word of success is none"
    );
    office.clock.advance(60);
    assert_eq!(office.round().await, 1);
    {
        let requests = received.lock().expect("lock");
        assert_eq!(requests.len(), 2);
        assert!(requests[1].contains("x-key: k1"), "{}", requests[1]);
        let body = requests[1].split_once("\r\n\r\n").expect("a body").1;
        let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(body["to"], "15437000007");
        assert_eq!(body["content"], "请您参加评审，请于今天答复");
    }
    // A refusal for good is not repeated.
    office.queue(2, "sms", "15437000008", None).await;
    assert_eq!(office.round().await, 0);
    let refused = office
        .all()
        .await
        .into_iter()
        .find(|one| one.message.id.0.as_u128() == 2);
    assert_eq!(refused.expect("kept").delivery, Delivery::Failed);
    assert_eq!(received.lock().expect("lock").len(), 3);
}

#[tokio::test]
async fn after_its_deadline_nothing_is_sent() {
    let engine = TestStore::open(store::Kind::Sqlite).await;
    let (port, received) = mail_server(usize::MAX).await;
    let office = Office::open(
        engine.store.clone(),
        Channels {
            mail: Some(mail(port)),
            sms: None,
        },
    );
    let deadline = now() + SignedDuration::from_secs(90);
    office
        .queue(1, "email", "zhang0001@example.com", Some(deadline))
        .await;
    office.round().await;
    office.clock.advance(60);
    office.round().await;
    let message = &office.all().await[0];
    assert_eq!(
        message.delivery,
        Delivery::Failed,
        "the next try would come too late"
    );
    assert_eq!(message.log.len(), 2);
    office
        .queue(2, "email", "zhang0002@example.com", Some(now()))
        .await;
    office.round().await;
    let late = office
        .all()
        .await
        .into_iter()
        .find(|one| one.message.id.0.as_u128() == 2);
    assert_eq!(late.expect("kept").delivery, Delivery::Failed);
    assert!(received.lock().expect("lock").is_empty());
}

#[tokio::test]
async fn two_servers_send_nothing_twice() {
    on_both(|engine| async move {
        let (port, received) = mail_server(0).await;
        let channels = Channels {
            mail: Some(mail(port)),
            sms: None,
        };
        let first = Office::open(engine.store.clone(), channels.clone());
        let second = Office::open(engine.store.clone(), channels);
        for n in 0..30 {
            first
                .queue(n + 1, "email", &format!("zhang{n:04}@example.com"), None)
                .await;
        }
        for _ in 0..2 {
            let (a, b) = (first.ctx(), second.ctx());
            let (a, b) = tokio::join!(
                first.service.deliver_messages(&a),
                second.service.deliver_messages(&b)
            );
            a.expect("a round");
            b.expect("a round");
        }
        let mut mails = received.lock().expect("lock").clone();
        assert_eq!(mails.len(), 30);
        mails.sort();
        mails.dedup();
        assert_eq!(mails.len(), 30);
        assert!(
            first
                .all()
                .await
                .iter()
                .all(|one| one.delivery == Delivery::Sent)
        );
    })
    .await;
}

/// Without a channel, a message is written down, and its log does not claim that it arrived. A
/// demonstration never reaches anybody, whatever is set up.
#[tokio::test]
async fn what_does_not_leave_says_so() {
    let engine = TestStore::open(store::Kind::Sqlite).await;
    let (port, received) = mail_server(0).await;
    let clock = Arc::new(StoppedClock::at(now()));
    let settings = Settings {
        demonstration: true,
        channels: Channels {
            mail: Some(mail(port)),
            sms: None,
        },
        ..Settings::default()
    };
    let service = Service::new(
        engine.store.clone(),
        Packs::new([]),
        clock.clone(),
        Arc::new(SystemEntropy),
        settings,
    );
    let office = Office {
        service,
        clock,
        store: engine.store.clone(),
    };
    office
        .queue(1, "email", "zhang0001@example.com", None)
        .await;
    assert_eq!(office.round().await, 1);
    let message = &office.all().await[0];
    assert!(
        message.log[0].outcome.contains("未发到对方"),
        "{:?}",
        message.log
    );
    assert!(received.lock().expect("lock").is_empty());
}
