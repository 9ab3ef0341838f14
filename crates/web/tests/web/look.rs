//! What the pages look like, in HTML and CSS: the gallery renders, every answer is protected, every failure has its
//! words, and every file keeps to the floor of old browsers (Chromium 78).

mod floor;
mod frames;
mod gallery;
pub(crate) mod site;
pub(crate) mod workshop;

use askama::Template;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use tower::ServiceExt;
use web::layout::TypeSize;

async fn send(request: axum::http::request::Builder) -> Response {
    let request = request
        .header(header::HOST, "zjk.example.gov.cn")
        .body(Body::empty())
        .expect("a request");
    site::router()
        .oneshot(request)
        .await
        .expect("a router never fails")
}

async fn body(response: Response) -> String {
    let bytes = to_bytes(response.into_body(), 1 << 22)
        .await
        .expect("a body");
    String::from_utf8(bytes.to_vec()).expect("text")
}

fn head<'a>(response: &'a Response, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().expect("text"))
}

#[test]
fn the_gallery_renders_and_escapes() {
    let html = gallery::gallery(TypeSize::Large)
        .render()
        .expect("the gallery renders");
    assert!(html.contains("<title>出错：构件 - "));
    assert!(html.contains("<html lang=\"zh-CN\" data-size=\"large\">"));
    assert!(
        html.contains("养老护理员 &#60;四级&#62; &#38; &#34;培训&#34;"),
        "what was typed is escaped"
    );
    assert!(!html.contains("养老护理员 <四级>"));
    assert!(html.len() < 60_000, "{} bytes", html.len());
}

#[tokio::test]
async fn every_answer_is_protected() {
    for path in [
        "/gallery",
        "/nowhere",
        "/panic",
        "/fail/internal",
        web::assets::path("app.css"),
    ] {
        let answer = send(Request::get(path)).await;
        assert_eq!(
            head(&answer, "content-security-policy"),
            web::security::POLICY,
            "{path}"
        );
        assert_eq!(head(&answer, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(head(&answer, "referrer-policy"), "same-origin", "{path}");
        assert!(!head(&answer, "permissions-policy").is_empty(), "{path}");
        assert_eq!(
            head(&answer, "strict-transport-security"),
            "",
            "plain HTTP promises nothing"
        );
    }
    let tls = web::security::Transport::Tls {
        origins: vec!["https://zjk.example.gov.cn".into()],
    };
    let router = web::site(axum::Router::new(), gallery::site(), &tls).expect("a proper origin");
    let answer = router
        .oneshot(Request::get("/").body(Body::empty()).expect("a request"))
        .await
        .expect("an answer");
    assert!(head(&answer, "strict-transport-security").starts_with("max-age=31536000"));
    let odd = web::security::Transport::Tls {
        origins: vec!["zjk".into()],
    };
    assert!(web::site(axum::Router::new(), gallery::site(), &odd).is_err());
}

#[tokio::test]
async fn other_sites_cannot_post() {
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ] {
        let answer = send(Request::post("/form").header(name, value)).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{name}");
        assert!(body(answer).await.contains("请求是从别的网站发起的"));
    }
    let form = "application/x-www-form-urlencoded";
    let answer = send(
        Request::post("/form")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", form),
    )
    .await;
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_form_that_cannot_be_read_is_answered_in_words() {
    let answer = send(Request::post("/form").header("content-type", "text/csv")).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert!(body(answer).await.contains("没有读懂这次提交"));
    let large = Request::post("/form")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(
            "name=".to_owned() + &"a".repeat(web::security::BODY_LIMIT),
        ))
        .expect("a request");
    let answer = site::router().oneshot(large).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(body(answer).await.contains("超过了系统允许的大小"));
}

#[tokio::test]
async fn failures_have_words_as_page_and_as_problem() {
    let cases = [
        ("/nowhere", 404, "没有这个页面"),
        ("/fail/forbidden", 403, "您的岗位不能查看抽取名单"),
        ("/fail/conflict", 409, "王强 在 10:21 改过这条记录。"),
        ("/fail/refused", 422, "不能聘任这名专家"),
        ("/fail/too-large", 413, "文件太大，没有保存"),
        ("/fail/too-many", 429, "请在 14 分钟 后再试。"),
        ("/fail/internal", 500, "把编号报给技术支持，电话 0000-12333"),
        ("/panic", 500, "系统内部出错，已记录，编号 "),
        ("/fail/unavailable", 503, "系统正在备份"),
        ("/form", 405, "不能这样访问这个地址"),
    ];
    for (path, status, words) in cases {
        let answer = send(Request::get(path).header("accept", "text/html")).await;
        assert_eq!(answer.status().as_u16(), status, "{path}");
        assert_eq!(head(&answer, "cache-control"), "no-store", "{path}");
        let html = body(answer).await;
        assert!(
            html.contains(words) && html.contains("id=\"main\""),
            "{path}: {html}"
        );

        let answer = send(Request::get(path).header("accept", "application/json")).await;
        assert_eq!(answer.status().as_u16(), status, "{path}");
        assert_eq!(
            head(&answer, "content-type"),
            "application/problem+json",
            "{path}"
        );
        let problem: serde_json::Value = serde_json::from_str(&body(answer).await).expect("JSON");
        assert_eq!(problem["status"], status, "{path}");
        assert!(
            problem["title"]
                .as_str()
                .is_some_and(|title| !title.is_empty()),
            "{path}"
        );
    }
    assert_eq!(
        head(&send(Request::get("/fail/too-many")).await, "retry-after"),
        "840"
    );
    assert!(head(&send(Request::get("/form")).await, "allow").contains("POST"));
}

#[tokio::test]
async fn a_signed_out_visitor_signs_in_and_comes_back() {
    let answer = send(Request::get("/fail/signed-out?a=1&b=2")).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        head(&answer, "location"),
        "/login?back=/fail/signed-out%3Fa%3D1%26b%3D2"
    );
    let answer = send(Request::post("/fail/signed-out")).await;
    assert_eq!(
        head(&answer, "location"),
        "/login?back=/",
        "a POST is not repeated by a link"
    );
    let answer = send(Request::get("/fail/signed-out").header("x-fragment", "#list")).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn pages_are_never_stored_and_files_always() {
    let answer = send(Request::get("/gallery")).await;
    assert_eq!(head(&answer, "cache-control"), "no-store");
    assert!(head(&answer, "vary").contains("X-Fragment"));
    let path = web::assets::path("app.js");
    let answer = send(Request::get(path)).await;
    assert_eq!(
        head(&answer, "cache-control"),
        "public, max-age=31536000, immutable"
    );
    let tag = head(&answer, "etag").to_owned();
    assert!(path.contains(tag.trim_matches('"')));
    assert_eq!(
        send(Request::get(path).header("if-none-match", &tag))
            .await
            .status(),
        StatusCode::NOT_MODIFIED
    );
    assert_eq!(
        send(Request::get("/assets/app.js")).await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn the_type_size_is_switched_without_script() {
    let referer = "http://zjk.example.gov.cn/experts?page=2";
    let answer = send(Request::get("/type-size/large").header("referer", referer)).await;
    assert_eq!(head(&answer, "location"), "/experts?page=2");
    assert!(head(&answer, "set-cookie").starts_with("size=large;"));
    let html = body(send(Request::get("/phone").header("cookie", "a=b; size=large")).await).await;
    assert!(html.contains("data-size=\"large\"") && html.contains("/type-size/normal"));
    assert_eq!(
        send(Request::get("/type-size/huge")).await.status(),
        StatusCode::NOT_FOUND
    );
}

#[test]
fn files_keep_to_the_floor() {
    let mut faults = Vec::new();
    for (name, bytes) in web::assets::all() {
        let text = std::str::from_utf8(bytes).expect("text");
        match name.rsplit('.').next() {
            Some("css") => faults.extend(floor::style(name, text)),
            Some("js") => faults.extend(floor::script(name, text)),
            _ => {}
        }
    }
    assert_eq!(faults, [""; 0]);
}

#[test]
fn templates_have_nothing_inline() {
    let faults: Vec<_> = floor::templates()
        .into_iter()
        .flat_map(|(name, text)| floor::markup(&name, &text))
        .collect();
    assert_eq!(faults, [""; 0]);
}

#[test]
fn the_floor_is_noticed() {
    for bad in [
        "a{display:flex;gap:4px}",
        "a{inset:0}",
        "a{width:clamp(1px,2px,3px)}",
        "a:is(b){color:red}",
        "a:focus,b:focus-visible{top:0}",
        "a{color:#fff000}",
        "@layer x{a{top:0}}",
        "a{b{top:0}}",
    ] {
        assert!(!floor::style("x.css", bad).is_empty(), "{bad}");
    }
    for bad in [
        "a?.b",
        "a ?? b",
        "x.at(1)",
        "s.replaceAll('a')",
        "eval(x)",
        "el.style.top = 1",
        "n.setAttribute('style', 1)",
    ] {
        assert!(!floor::script("x.js", bad).is_empty(), "{bad}");
    }
    for bad in [
        "<a style=\"x\">",
        "<a onclick=\"x\">",
        "<script>x</script>",
        "<style>",
        "{{ x|safe }}",
        "<a href=\"javascript:x\">",
    ] {
        assert!(!floor::markup("x.html", bad).is_empty(), "{bad}");
    }
}

/// Bytes that a browser has to fetch, compressed as they travel.
async fn weight(names: &[&str]) -> usize {
    let mut sum = 0;
    for name in names {
        let answer =
            send(Request::get(web::assets::path(name)).header("accept-encoding", "br")).await;
        assert_eq!(answer.status(), StatusCode::OK, "{name}");
        assert_eq!(head(&answer, "content-encoding"), "br", "{name}");
        sum += to_bytes(answer.into_body(), 1 << 22)
            .await
            .expect("a body")
            .len();
    }
    sum
}

#[tokio::test]
async fn files_are_light() {
    let size = |name| {
        web::assets::all()
            .find(|(other, _)| *other == name)
            .map_or(0, |(_, bytes)| bytes.len())
    };
    assert!(
        size("app.css") <= 25 * 1024,
        "app.css has {} bytes",
        size("app.css")
    );
    assert!(
        size("app.js") <= 15 * 1024,
        "app.js has {} bytes",
        size("app.js")
    );
    let page = weight(&[
        "app.css",
        "public.css",
        "print.css",
        "app.js",
        "lx1.js",
        "ceremony.js",
    ])
    .await;
    assert!(page <= 20 * 1024, "a ceremony page loads {page} bytes");
    let verify = weight(&[
        "app.css",
        "public.css",
        "print.css",
        "app.js",
        "lx1.js",
        "verify.js",
    ])
    .await;
    assert!(
        verify <= 24 * 1024,
        "the verification page loads {verify} bytes"
    );
    eprintln!("ceremony page {page} bytes, verification page {verify} bytes");
}

#[test]
fn every_file_that_templates_name_exists() {
    for (name, text) in floor::templates() {
        for rest in text.split("assets::path(\"").skip(1) {
            let file = rest.split('"').next().unwrap_or_default();
            assert_ne!(
                web::assets::path(file),
                "/assets/missing",
                "{name} names {file}"
            );
        }
        for rest in text.split("icon(\"").skip(1) {
            let icon = rest.split('"').next().unwrap_or_default();
            let (_, sprite) = web::assets::all()
                .find(|(file, _)| *file == "icons.svg")
                .expect("the icons");
            let sprite = std::str::from_utf8(sprite).expect("text");
            assert!(
                sprite.contains(&format!("id=\"{icon}\"")),
                "{name} names the icon {icon}"
            );
        }
    }
}
