//! What the public wrote: in every pool a message that waits for its answer, in the large one another that
//! has it.

use domain::actor::Role;
use domain::feedback::Topic;
use store::document::PageRequest;

use super::Office;
use super::cities::CITIES;
use crate::error::{Error, Result};
use crate::feedback::Letter;
use crate::service::Service;

impl Service {
    /// Somebody writes to the office; in the large pool the officer answers somebody else first.
    pub(super) async fn demo_feedback(&self, office: &Office) -> Result<()> {
        let visitor = self.visitor("cli", "");
        let letter = |topic: Topic, text: &str| Letter {
            topic: topic.code().to_owned(),
            text: text.to_owned(),
            name: "梁测试".to_owned(),
            contact: "16400000009".to_owned(),
            ..Letter::default()
        };
        if office.city.pack == CITIES[0].pack {
            let asked = letter(
                Topic::Draw,
                "评审通知只写了上午，没有写几点到场。\n建议写明到场时间和联系人。（演示）",
            );
            self.send_feedback(&visitor, office.no, &asked).await?;
            let officer = office.city.login(Role::Officer).ok_or(Error::NotFound)?;
            let officer = self.as_demo(officer, Role::Officer, office.pool).await?;
            let first = PageRequest::first(1);
            let waiting = self
                .feedback(&officer, office.no, &["open"], &first)
                .await?;
            for one in waiting.items {
                let answer = "已采纳，今后的通知写明到场时间和联系人。（演示）";
                self.answer_feedback(&officer, office.no, one.id, answer)
                    .await?;
            }
        }
        let waiting = letter(
            Topic::Admission,
            "申请材料里的业绩证明，哪些算数写得不够具体，建议举例说明。（演示）",
        );
        self.send_feedback(&visitor, office.no, &waiting).await?;
        Ok(())
    }
}
