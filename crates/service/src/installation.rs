//! What an installation calls itself: the words around every page.

use serde::{Deserialize, Serialize};
use store::pools::Parameter;

use crate::change::Change;
use crate::error::Result;
use crate::service::Service;

/// Name, bureau and help line of an installation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// Name of the system: 职业能力建设专家库.
    pub name: String,
    /// The bureau that runs it; empty before it is set up.
    pub bureau: String,
    /// 技术支持电话; may be empty.
    pub help_phone: String,
}

const KIND: &str = "installation";
const KEY: &str = "words";

impl Service {
    /// What this installation calls itself.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn installation(&self) -> Result<Installation> {
        let stored =
            store::pools::parameter::<Installation>(&mut self.store.read(), None, KIND, KEY)
                .await?;
        Ok(stored.map_or_else(
            || Installation {
                name: self.settings.name.clone(),
                bureau: String::new(),
                help_phone: self.settings.help_phone.clone().unwrap_or_default(),
            },
            |stored| stored.body,
        ))
    }

    pub(crate) async fn name_installation(
        change: &mut Change<'_>,
        words: Installation,
    ) -> Result<()> {
        let known = store::pools::parameter::<Installation>(&mut **change, None, KIND, KEY).await?;
        let version = known.map_or(0, |known| known.version);
        let parameter = Parameter {
            key: KEY.to_owned(),
            version,
            body: words,
        };
        Ok(store::pools::set_parameter(change, None, KIND, &parameter).await?)
    }
}
