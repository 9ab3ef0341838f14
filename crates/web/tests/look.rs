//! What the pages look like, in HTML: the gallery renders, and every file keeps to the floor of old browsers.

#[path = "look/gallery.rs"]
mod gallery;

use askama::Template;
use web::layout::TypeSize;

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
}
