//! Closed vocabularies: enums whose values are spelled one way in packs and one way in Chinese.

/// A value of a closed vocabulary.
pub trait Word: Copy + 'static {
    /// Every value, in the order officials read them.
    const ALL: &'static [Self];
    /// How a pack, an API or a stored row spells it.
    fn word(self) -> &'static str;
    /// How users read it.
    fn zh(self) -> &'static str;
    /// The value spelled so.
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.word() == word)
    }
}

/// A day as running text writes it: 2025年6月15日.
pub fn day(date: jiff::civil::Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// Declares such an enum.
macro_rules! words {
    (private $($body:tt)+) => { $crate::policy::words::words! { @each pub(super), $($body)+ } };
    (@each $vis:vis, $($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal, $zh:literal;)+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        $vis enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)+
        }
        impl $crate::policy::words::Word for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
            fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh),+ }
            }
        }
    )+};
    ($($body:tt)+) => { $crate::policy::words::words! { @each pub, $($body)+ } };
}

/// Spells an enum of another module the way packs do.
macro_rules! spelled {
    ($($name:ident { $($variant:ident = $word:literal, $zh:literal;)+ })+) => {$(
        impl $crate::policy::words::Word for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
            fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh),+ }
            }
        }
    )+};
}
pub(crate) use {spelled, words};
