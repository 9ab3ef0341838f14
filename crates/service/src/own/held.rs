//! 我的资料: everything held about a member, in words. Identity number and addresses are masked, files are
//! named, what was agreed to stands with its day and version.

use domain::date_text::plain;
use domain::id::PoolId;
use jiff::Timestamp;
use store::{Db, attachments};

use crate::applications;
use crate::attachments::{Body, OWNER};
use crate::ctx::shanghai;
use crate::error::Result;
use crate::experts::Member;
use crate::persons::{self, Masked};
use crate::pools::OpenPool;
use crate::service::Service;

/// What is listed even where nothing is on file, so that the expert sees that it is missing.
const ALWAYS: [&str; 17] = [
    "姓名",
    "性别",
    "出生日期",
    "工作单位",
    "职务",
    "职称",
    "职业资格",
    "学历学位",
    "工作经历",
    "主要业绩",
    "荣誉",
    "专业领域",
    "证件号",
    "手机",
    "电子邮箱",
    "通讯地址",
    "照片和附件",
];

/// When something was agreed to, and the first digits of the version.
fn agreed(at: Timestamp, version: &str) -> String {
    let digest = version.rsplit(' ').next().unwrap_or(version);
    let digest: String = digest.chars().take(16).collect();
    format!("{}，版本 {digest}", plain(at.to_zoned(shanghai()).date()))
}

impl Service {
    /// Everything held about a member, label and value.
    pub(super) async fn everything_held(
        &self,
        db: &mut impl Db,
        pool: &OpenPool,
        member: &Member,
    ) -> Result<Vec<(String, String)>> {
        let person = self.person(db, member.keys.person).await?;
        let private = self.private_of(db, member.keys.person).await?;
        let masked = Masked::of(&private);
        let known = self.specialties_of(pool.id()).await?;
        let expert = &member.body.expert;
        let declared: Vec<&str> = member
            .body
            .declared
            .iter()
            .filter(|(_, ticks)| ticks.complete(0))
            .filter_map(|(leaf, _)| Some(pool.pack.eligibility.leaf(leaf)?.label.as_str()))
            .collect();
        let files = attachments::of::<Body>(db, OWNER, &member.id.to_string()).await?;
        let files: Vec<String> = files
            .into_iter()
            .map(|file| format!("{}（{}）", file.body.kind, file.keys.name))
            .collect();
        let specialties = Self::names_of(&known, &expert.specialties);
        let rest = [
            ("专业领域", specialties.join("、")),
            ("职责", expert.duties.join("、")),
            ("本人声明", declared.join("；")),
            ("证件号", masked.id_number),
            ("手机", masked.phone),
            ("电子邮箱", masked.email),
            ("通讯地址", masked.address),
            ("照片和附件", files.join("；")),
        ];
        let mut held = Vec::new();
        for (label, value) in persons::lines(&person.body).into_iter().chain(rest) {
            match value.is_empty() {
                false => held.push((label.to_owned(), value)),
                // What several parts of the file are called is missing only if it is in none of them.
                true if ALWAYS.contains(&label) && held.iter().all(|(known, _)| known != label) => {
                    held.push((label.to_owned(), "未登记".to_owned()));
                }
                true => {}
            }
        }
        held.extend(self.agreed_to(db, pool.id(), member).await?);
        Ok(held)
    }

    /// What a member agreed to when applying, and undertook since.
    async fn agreed_to(
        &self,
        db: &mut impl Db,
        pool: PoolId,
        member: &Member,
    ) -> Result<Vec<(String, String)>> {
        let mut all = Vec::new();
        for certificate in self.certificates_of(db, pool, member.id).await? {
            let Some(id) = certificate.application else {
                continue;
            };
            let application = applications::find(db, id).await?.body.application;
            let given = [
                ("个人信息处理告知", application.privacy),
                ("承诺书", application.pledge),
            ];
            for (label, given) in given {
                all.extend(given.map(|one| (label.to_owned(), agreed(one.at, &one.version))));
            }
        }
        for (label, at, version) in self.undertaken(db, pool, member.id).await? {
            all.push((label, agreed(at, &version)));
        }
        Ok(all)
    }
}
