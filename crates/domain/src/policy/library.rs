//! The packs the program carries with it, text and golden cases, so that it runs without files.

/// One pack as text.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// Name of its folder.
    pub id: &'static str,
    /// `pack.toml`
    pub pack: &'static str,
    /// `cases/*.toml`, as (file name, text).
    pub cases: &'static [(&'static str, &'static str)],
}

macro_rules! shipped {
    ($($id:literal [$($case:literal),* $(,)?]),+ $(,)?) => {
        /// Every pack there is, in the order in which they are offered.
        pub const SHIPPED: &[Shipped] = &[$(Shipped {
            id: $id,
            pack: include_str!(concat!("../../../../packs/", $id, "/pack.toml")),
            cases: &[$(($case, include_str!(concat!("../../../../packs/", $id, "/cases/", $case)))),*],
        }),+];
    };
}

shipped! {
    "dg-2021" [
        "annexes.toml", "article-04.toml", "article-05-07.toml", "article-08-11.toml",
        "article-12-17.toml", "article-18-19.toml", "heading.toml", "people.toml", "permissions.toml",
    ],
    "cy-2021" [
        "article-07-09.toml", "article-10-13.toml", "article-14-16.toml", "article-17-23.toml",
        "article-24-27.toml", "form.toml", "heading.toml", "people.toml", "teams.toml",
    ],
    "gz-2022" [
        "annex.toml", "article-04-10.toml", "article-11.toml", "article-12-16.toml",
        "article-17-20.toml", "heading.toml", "people.toml", "permissions.toml",
    ],
    "jm-2022" [
        "article-02-04.toml", "article-05.toml", "article-06.toml", "article-07.toml", "article-08.toml",
        "article-09.toml", "article-10.toml", "article-11-12.toml", "article-13-14.toml",
        "heading.toml", "people.toml", "permissions.toml",
    ],
}

/// A shipped pack by id.
pub fn shipped(id: &str) -> Option<&'static Shipped> {
    SHIPPED.iter().find(|pack| pack.id == id)
}
