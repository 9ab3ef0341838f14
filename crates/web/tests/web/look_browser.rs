//! What the pages look like, in Chromium: no complaints, no broken rule of WCAG, no sideways scrolling; pictures on
//! request (`LINXUAN_PICTURES=folder`).

use crate::browser::{Browser, DESKTOP, LAPTOP, PHONE, Window};

const PAGES: [&str; 8] = [
    "gallery",
    "phone",
    "sheet",
    "login",
    "totp",
    "setup",
    "password",
    "fail/conflict",
];

async fn look(window: Window, name: &str, size: &str) {
    let address = crate::look::site::start().await;
    let browser = Browser::open(window).await;
    browser.visit(&format!("{address}/type-size/{size}")).await;
    let mut broken = Vec::new();
    for page in PAGES {
        browser.visit(&format!("{address}/{page}")).await;
        browser
            .picture(&format!("{}-{name}", page.replace('/', "-")))
            .await;
        for violation in browser.axe().await {
            broken.push(format!(
                "{page}: {} {:?}",
                violation.rule, violation.elements
            ));
        }
        let beside = browser
            .run(
                "const side = document.querySelector('.side'), main = document.querySelector('#main'); \
                 const foot = document.querySelector('.foot'); \
                 return (!side || !side.offsetParent || side.offsetTop === main.offsetTop) \
                   && (main.contains(foot) || foot.getBoundingClientRect().top >= main.getBoundingClientRect().bottom)",
            )
            .await;
        if beside != serde_json::json!(true) {
            broken.push(format!(
                "{page}: menu, page and footer are not in their places"
            ));
        }
        if browser.scrolls_sideways().await {
            broken.push(format!("{page} scrolls sideways"));
        }
    }
    // The sample login and conflict pages answer 4xx, which the console repeats.
    let complaints: Vec<_> = browser
        .complaints()
        .into_iter()
        .filter(|complaint| !complaint.contains("/login") && !complaint.contains("/fail/conflict"))
        .collect();
    browser.close().await;
    assert_eq!(broken, [""; 0]);
    assert_eq!(complaints, [""; 0]);
}

#[tokio::test]
async fn pages_are_sound_on_a_desktop() {
    look(DESKTOP, "1440", "normal").await;
}

#[tokio::test]
async fn pages_are_sound_in_large_type() {
    look(LAPTOP, "1366-large", "large").await;
}

#[tokio::test]
async fn pages_are_sound_on_a_phone() {
    look(PHONE, "390", "normal").await;
}

#[tokio::test]
async fn pages_are_sound_on_a_phone_in_large_type() {
    look(PHONE, "390-large", "large").await;
}

#[tokio::test]
async fn a_sheet_prints_on_one_landscape_page() {
    let address = crate::look::site::start().await;
    let browser = Browser::open(DESKTOP).await;
    browser.visit(&format!("{address}/sheet")).await;
    let printed = browser.devtools(
        "Page.printToPDF",
        serde_json::json!({ "preferCSSPageSize": true }),
    );
    browser.close().await;
    let printed = base64::Engine::decode(
        &base64::engine::general_purpose::STANDARD,
        printed["data"].as_str().expect("a document"),
    )
    .expect("base 64");
    let text = String::from_utf8_lossy(&printed);
    assert_eq!(text.matches("/Type /Page\n").count(), 1, "pages");
    let size: Vec<f64> = text
        .split_once("/MediaBox [")
        .and_then(|(_, rest)| rest.split_once(']'))
        .map(|(numbers, _)| {
            numbers
                .split_whitespace()
                .filter_map(|number| number.parse().ok())
                .collect()
        })
        .expect("a page size");
    assert!(
        (size[2] - 842.0).abs() < 1.0 && (size[3] - 595.0).abs() < 1.0,
        "A4 landscape, not {size:?}"
    );
}

/// Says to the test below that it is the server and not the test.
const SERVE: &str = "LOOK_SERVE";

#[tokio::test]
async fn a_server_process_is_waited_for_and_ended() {
    if std::env::var_os(SERVE).is_some() {
        println!("listening on {}", crate::look::site::start().await);
        std::future::pending::<()>().await;
    }
    let mut command =
        std::process::Command::new(std::env::current_exe().expect("this test is a file"));
    command
        .args([
            "--exact",
            "look_browser::a_server_process_is_waited_for_and_ended",
            "--nocapture",
        ])
        .env(SERVE, "1");
    let server = crate::browser::Server::start(&mut command, std::time::Duration::from_secs(10));
    let address = server.address.clone();
    assert!(
        server.greeting.contains(&format!("listening on {address}")),
        "{:?}",
        server.greeting
    );
    assert!(
        crate::browser::get(&address, "/gallery")
            .is_some_and(|answer| answer.contains("<title>出错：构件"))
    );
    drop(server);
    assert_eq!(crate::browser::get(&address, "/gallery"), None);
}
