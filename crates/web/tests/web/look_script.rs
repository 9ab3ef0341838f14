//! What the scripts do, in Chromium, under the content policy that real pages have.

use std::sync::Arc;

use crate::browser::{Browser, DESKTOP};
use crate::look::workshop::Received;
use serde_json::json;

async fn open(path: &str) -> (Browser, String, Arc<Received>) {
    let (router, received) = crate::look::workshop::router();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let browser = Browser::open(DESKTOP).await;
    browser.visit(&format!("{address}{path}")).await;
    (browser, address, received)
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_change_without_a_new_page() {
    let (browser, address, received) = open("/list").await;
    browser.run("window.same = true").await;

    // Typing runs the query by itself, keeps the focus, and does not fill the history.
    browser.fill("q", "李").await;
    browser
        .until(
            "the list follows the typing",
            "return document.querySelector('#echo').textContent === '结果：李'",
        )
        .await;
    assert_eq!(
        browser.run("return document.activeElement.id").await,
        json!("q")
    );
    browser
        .until(
            "the result is announced",
            "return document.querySelector('#live').textContent === '李 的结果'",
        )
        .await;

    // A late answer to an earlier question is dropped.
    browser.fill("q", "慢").await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    browser.fill("q", "快").await;
    browser
        .until(
            "the newest wins",
            "return document.querySelector('#echo').textContent === '结果：快'",
        )
        .await;
    tokio::time::sleep(std::time::Duration::from_millis(800)).await;
    assert_eq!(browser.text("#echo").await, "结果：快");

    // A link changes the address; going back brings the list back.
    browser.click("#more").await;
    browser.until("the link is followed", "return location.search.startsWith('?q=') && document.querySelector('#echo').textContent === '结果：快2'").await;
    browser.click("#more").await;
    browser
        .until(
            "and again",
            "return document.querySelector('#echo').textContent === '结果：快22'",
        )
        .await;
    browser.run("history.back()").await;
    browser
        .until(
            "back brings it back",
            "return document.querySelector('#echo').textContent === '结果：快2'",
        )
        .await;
    assert_eq!(
        browser.run("return window.same === true").await,
        json!(true),
        "the page was never left"
    );
    assert_eq!(received.pages(), 1);

    // Ticking shows how many; one box ticks all.
    assert_eq!(
        browser
            .run("return document.querySelector('#bb').hidden")
            .await,
        json!(true)
    );
    browser.click("thead input").await;
    browser.until("all are ticked", "return document.querySelector('[data-n]').textContent === '2' && !document.querySelector('#bb').hidden").await;
    browser.click("#c1").await;
    browser
        .until(
            "one is not",
            "return document.querySelector('[data-n]').textContent === '1'",
        )
        .await;

    // The confirmation repeats the verb; cancelling does nothing.
    browser.click("#rest").await;
    browser
        .until(
            "it asks first",
            "return document.querySelector('#confirm').open",
        )
        .await;
    assert_eq!(browser.text("#confirm [value=yes]").await, "暂停抽取");
    browser.click("#confirm [value='']").await;
    assert_eq!(received.posts(), 0);
    browser.click("#rest").await;
    browser
        .until(
            "it asks again",
            "return document.querySelector('#confirm').open",
        )
        .await;
    browser.click("#confirm [value=yes]").await;
    browser
        .until("it is done", "return location.search === '?q=done'")
        .await;
    assert_eq!(received.posts(), 1);
    assert_eq!(browser.complaints(), [""; 0]);
    assert!(browser.run("return location.origin").await == json!(address));
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_keep_what_was_typed() {
    let (browser, _address, received) = open("/edit").await;
    browser.run("window.same = true").await;

    // Not accepted: the summary has the focus, the title says so, everything typed is still there.
    browser.fill("org", "云").await;
    browser.until("there are suggestions", "return document.querySelectorAll('#org-list li').length === 2 && !document.querySelector('#org-list').hidden").await;
    browser.press("org", "\u{e015}\u{e015}\u{e007}").await;
    browser
        .until(
            "the second is taken and the list is out of the way",
            "return document.querySelector('#org').value === '云中心' && document.querySelector('#org-list').hidden",
        )
        .await;
    assert_eq!(
        browser
            .run("return document.querySelector('#org_id').value")
            .await,
        json!("8")
    );
    browser.click("#send").await;
    browser
        .until(
            "the summary has the focus",
            "return document.activeElement.className === 'esum'",
        )
        .await;
    assert!(
        browser
            .client
            .title()
            .await
            .expect("a title")
            .starts_with("出错：编辑")
    );
    assert_eq!(
        browser
            .run("return document.querySelector('#org').value")
            .await,
        json!("云中心")
    );
    assert_eq!(
        browser
            .run("return document.querySelector('#name').getAttribute('aria-describedby')")
            .await,
        json!("name-err")
    );
    browser.click(".esum a").await;
    assert_eq!(
        browser.run("return document.activeElement.id").await,
        json!("name")
    );

    // A conflict takes the place of the page's content, in words.
    browser.fill("name", "冲突").await;
    browser.click("#send").await;
    browser
        .until(
            "the conflict is told",
            "return document.querySelector('h1').textContent === '内容已被别人改过，没有保存'",
        )
        .await;
    assert_eq!(
        browser.run("return window.same === true").await,
        json!(true)
    );

    // Sign-in has expired: what was typed comes back.
    browser.run("location.assign('/edit')").await;
    browser
        .until(
            "the form is back on a new page",
            "return window.same !== true && !!document.querySelector('#send') && document.readyState === 'complete'",
        )
        .await;
    browser.run("window.same = true").await;
    browser.fill("org", "北").await;
    browser.fill("name", "过期").await;
    browser
        .until(
            "the suggestions are gone with the field",
            "return document.querySelector('#org-list').hidden",
        )
        .await;
    browser.click("#send").await;
    browser
        .until(
            "it is restored",
            "return window.same !== true && (document.querySelector('#org') || {}).value === '北'",
        )
        .await;

    // Accepted: the page is left.
    browser.fill("name", "李文涛").await;
    browser.click("#send").await;
    browser
        .until("it leaves", "return location.pathname === '/list'")
        .await;
    assert_eq!(received.posts(), 1);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn polling_ends_when_told_and_the_network_may_fail() {
    let (browser, _address, _received) = open("/edit").await;
    browser
        .until(
            "it has polled to the end",
            "return document.querySelector('#tick p').textContent === '2'",
        )
        .await;
    assert_eq!(
        browser
            .run("return document.querySelector('#tick').hasAttribute('data-poll')")
            .await,
        json!(false)
    );

    browser.devtools("Network.enable", json!({}));
    let offline = |offline| json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    browser.devtools("Network.emulateNetworkConditions", offline(true));
    browser.fill("name", "李文涛").await;
    browser.click("#send").await;
    browser
        .until(
            "it says so",
            "return !document.querySelector('#neterr').hidden",
        )
        .await;
    assert_eq!(
        browser
            .run("return document.querySelector('#name').value")
            .await,
        json!("李文涛"),
        "nothing typed is lost"
    );
    browser.devtools("Network.emulateNetworkConditions", offline(false));
    browser.click("#send").await;
    browser
        .until("it leaves", "return location.pathname === '/list'")
        .await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_is_made_kept_and_revealed_on_one_machine() {
    let (browser, address, _received) = open("/ceremony").await;
    assert!(browser.axe().await.is_empty(), "{:?}", browser.axe().await);

    // Nothing is sent before there is a fingerprint.
    browser.click("[data-go]").await;
    browser
        .until(
            "it says what is missing",
            "return document.querySelector('[data-say]').textContent.startsWith('还没有密签指纹')",
        )
        .await;

    // Dice: too few, a wrong face, then enough; the fingerprint is the protocol's.
    browser
        .run("document.querySelector('details').open = true")
        .await;
    browser.fill("dice", "123").await;
    browser.click("[data-dice-go]").await;
    browser
        .until(
            "too few",
            "return document.querySelector('[data-say]').textContent.startsWith('只有 3 次')",
        )
        .await;
    browser.fill("dice", "1237").await;
    browser.click("[data-dice-go]").await;
    browser
        .until(
            "a wrong face",
            "return document.querySelector('[data-say]').textContent.startsWith('骰子点数只能是')",
        )
        .await;
    browser.fill("dice", &"1 2 3 4 5 ".repeat(10)).await;
    browser.click("[data-dice-go]").await;
    browser.until("it is computed", "return document.querySelector('[data-say]').textContent.startsWith('已由 50 次骰子算出')").await;
    let by_dice = browser.run("return [LX1.dice('SM3', '12345'.repeat(10)), document.querySelector('[data-share]').textContent.replace(/ /g, '')]").await;
    assert_eq!(by_dice[0], by_dice[1]);

    // Chance: another share each time, kept over a reload.
    browser.click("[data-make]").await;
    browser
        .until(
            "it is made",
            "return document.querySelector('[data-say]').textContent.startsWith('已随机生成')",
        )
        .await;
    let share = browser
        .run("return document.querySelector('[data-share]').textContent")
        .await;
    assert_ne!(share, by_dice[0]);
    browser.click("[data-make]").await;
    let second = browser
        .run("return document.querySelector('[data-share]').textContent")
        .await;
    assert_ne!(share, second);
    browser.client.refresh().await.expect("a reload");
    browser.until("it is still there", "return document.querySelector('[data-say]').textContent.startsWith('这台电脑里已有本场的密签')").await;
    assert_eq!(
        browser
            .run("return document.querySelector('[data-share]').textContent")
            .await,
        second
    );
    let link = browser.run("const a = document.querySelector('[data-download]'); return a.download + ' ' + a.href.slice(0, 5)").await;
    assert_eq!(
        link,
        json!(format!(
            "密签-supervisor-{}.txt blob:",
            &crate::look::workshop::FRAME[..8]
        ))
    );
    browser.picture("ceremony-commit").await;
    browser.click("[data-go]").await;

    // Reveal: the kept share is filled in; a wrong one is stopped here, because it would void the draw.
    browser
        .until(
            "the reveal page",
            "return !!document.querySelector('form[data-reveal]')",
        )
        .await;
    browser.until("it fits", "return document.querySelector('[data-say]').textContent.startsWith('与先前交出的指纹一致')").await;
    assert_eq!(
        browser
            .run("return document.querySelector('#share').value")
            .await,
        second
    );
    browser.picture("ceremony-reveal").await;
    browser.fill("share", &"ab".repeat(32)).await;
    browser.click("form[data-reveal] .btn.p").await;
    browser.until("it is stopped", "return document.querySelector('[data-say]').textContent.startsWith('与先前交出的指纹不一致')").await;
    assert_eq!(
        browser.run("return location.pathname").await,
        json!("/ceremony")
    );
    let plain = second.as_str().expect("text").replace(' ', "");
    browser.fill("share", &plain).await;
    browser.click("form[data-reveal] .btn.p").await;
    browser
        .until("it is sent", "return location.pathname === '/reveal'")
        .await;
    assert_eq!(browser.text("body").await, plain);
    assert_eq!(browser.complaints(), [""; 0]);
    assert!(address.starts_with("http://127.0.0.1"));
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_replayed_in_the_browser() {
    let (browser, address, _received) = open("/verify?record=/records/1").await;
    for number in 1..=8 {
        browser
            .visit(&format!("{address}/verify?record=/records/{number}"))
            .await;
        browser
            .until(
                "the record is sound",
                "return !!document.querySelector('[data-steps] .note.ok')",
            )
            .await;
        assert_eq!(
            browser
                .run("return document.querySelectorAll('[data-steps] .st').length")
                .await,
            json!(8),
            "{number}"
        );
    }
    browser.picture("verify-sound").await;
    assert!(browser.axe().await.is_empty(), "{:?}", browser.axe().await);

    // Somebody's own number.
    let own = "return fetch('/records/8').then(r => r.json()).then(r => r.result.panel[0].ref)";
    let own = browser
        .run(own)
        .await
        .as_str()
        .expect("a reference")
        .to_owned();
    browser.fill("ref", &own).await;
    browser.click("form[data-own] button").await;
    browser.until("his ticket is shown", "return /^抽签号 [0-9a-f ]{79}，排在第 \\d+ 位，共 49 人。$/.test(document.querySelector('output').textContent)").await;

    // Every single value that is changed is noticed, on the page and, for all values, in the function behind it.
    browser
        .visit(&format!(
            "{address}/verify?record=/records/4?tampered=DG-9-1-b"
        ))
        .await;
    browser
        .until(
            "it is noticed",
            "return !!document.querySelector('[data-steps] .note.red')",
        )
        .await;
    assert!(
        browser
            .text("[data-steps] .st.sq")
            .await
            .starts_with("候选范围指纹：按名单重算为")
    );
    browser.picture("verify-broken").await;
    let accepted = browser
        .run(
            "return fetch('/records/4').then(r => r.json()).then(record => { const accepted = []; \
             (function walk(node, path) { Object.keys(node).forEach(key => { const held = node[key]; \
               if (held && typeof held === 'object') { walk(held, path + '.' + key); return; } \
               node[key] = typeof held === 'string' ? (/^[0-9a-f]{32,}$/.test(held) ? (held[0] === '0' ? '1' : '0') + held.slice(1) \
                 : key === 'suite' ? 'SHA-256' : held + 'x') : typeof held === 'number' ? held + 1 : held === null ? 'x' : !held; \
               if (LX1.verify(JSON.stringify(record)).sound) accepted.push(path + '.' + key); \
               node[key] = held; }); })(record, ''); return accepted; })",
        )
        .await;
    assert_eq!(accepted, json!([]));
    let twice = browser.run("return fetch('/records/1').then(r => r.text()).then(t => LX1.verify(t.replace('{', '{\"v\": 1,')).steps[0].words)").await;
    assert_eq!(twice, json!("记录里有重复的字段名，读法不唯一。"));
    assert_eq!(browser.complaints(), [""; 0]);
    browser.close().await;
}
