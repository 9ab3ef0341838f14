//! Cases on teams: who owns them, what they do, whose members may be chosen, how these are appointed.

use std::collections::BTreeMap;

use super::reading::{Day, typed};
use super::{Scene, case, differs};
use crate::policy::appointment::Appointment;
use crate::policy::words::Word;

case! {
    /// 队伍
    TeamCase = "team" {
        /// Team.
        team: String,
        /// Party that owns its people and money.
        #[serde(default)]
        owner: Option<String>,
        /// Channels that lead into it, in the order of the pack.
        #[serde(default)]
        channels: Option<Vec<String>>,
        /// Kinds of work it does, in the order of the pack.
        #[serde(default)]
        does: Option<Vec<String>>,
        /// Its parts, if one is a member of a part and not of the team itself.
        #[serde(default)]
        parts: Option<Vec<String>>,
        /// Whom a party of the pack means for this team.
        #[serde(default)]
        means: BTreeMap<String, String>,
    }
}

impl TeamCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let pool = &scene.pack.pool;
        let Some(team) = pool.team(&self.team) else {
            return vec![format!("没有“{}”这支队伍。", self.team)];
        };
        let mut failures = Vec::new();
        if let Some(expected) = &self.owner {
            let found = pool.owner(&team.id).unwrap_or_default().to_owned();
            failures.extend(differs("归谁管理", &found, expected));
        }
        if let Some(expected) = &self.channels {
            let channels = scene.pack.admission.channels.iter();
            let found: Vec<String> = channels
                .filter(|channel| pool.admits(team, &channel.id))
                .map(|channel| channel.id.clone())
                .collect();
            failures.extend(differs("聘用渠道", &found, expected));
        }
        if let Some(expected) = &self.does {
            let found: Vec<String> = scene
                .pack
                .tasks
                .kinds
                .iter()
                .filter(|kind| kind.teams.contains(&team.id))
                .map(|kind| kind.id.clone())
                .collect();
            failures.extend(differs("承担的工作", &found, expected));
        }
        if let Some(expected) = &self.parts {
            let found: Vec<String> = pool
                .memberships()
                .filter(|part| part.part_of.as_ref() == Some(&team.id))
                .map(|part| part.id.clone())
                .collect();
            failures.extend(differs("下分", &found, expected));
        }
        for (party, expected) in &self.means {
            let found = scene.pack.meant(party, &team.id).unwrap_or_default();
            failures.extend(differs(
                &format!("{party} 所指"),
                &found,
                &expected.as_str(),
            ));
        }
        failures
    }
}

case! {
    /// 专家的队伍是否相符
    SelectionCase = "selection" {
        /// Kind of work.
        kind: String,
        /// Team the task says.
        #[serde(default)]
        team: Option<String>,
        /// Teams the expert is a member of.
        member_of: Vec<String>,
        /// Words of the refusal; absent: the expert may be chosen.
        #[serde(default)]
        refused: Option<String>,
    }
}

impl SelectionCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(kind) = scene.pack.task_kind(&self.kind) else {
            return vec![format!("没有“{}”这类工作。", self.kind)];
        };
        let found = scene
            .pack
            .team_fits(kind, self.team.as_deref(), &self.member_of);
        match (found, &self.refused) {
            (Ok(()), None) => Vec::new(),
            (Ok(()), Some(_)) => vec!["应当不能选派。".to_owned()],
            (Err(why), None) => vec![format!("应当可以选派，实为：{why}")],
            (Err(why), Some(words)) if why.to_string().contains(words.as_str()) => Vec::new(),
            (Err(why), Some(words)) => vec![format!("说明中应有“{words}”，实为：{why}")],
        }
    }
}

case! {
    /// 一次聘用
    AppointmentCase = "appointment" {
        /// The appointment: `term = { … }` or `one_off = { … }`.
        appointment: toml::Table,
        /// Day.
        #[serde(default)]
        on: Option<Day>,
        /// May it be made under this pack?
        #[serde(default)]
        allowed: Option<bool>,
        /// `not_yet`, `active`, `lapsed`.
        #[serde(default)]
        state: Option<String>,
        /// Tasks for which the person may be chosen on the day, and others.
        #[serde(default)]
        serves: BTreeMap<String, bool>,
        /// May it be renewed?
        #[serde(default)]
        renewable: Option<bool>,
        /// Is there a certificate valid on the day?
        #[serde(default)]
        certified: Option<bool>,
    }
}

impl AppointmentCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let appointment: Appointment = match typed(self.appointment.clone()) {
            Ok(appointment) => appointment,
            Err(error) => return vec![error],
        };
        let mut failures = Vec::new();
        if let Some(expected) = &self.allowed {
            failures.extend(differs(
                "可否这样聘用",
                &appointment.allowed(scene.pack),
                expected,
            ));
        }
        if let Some(expected) = &self.renewable {
            failures.extend(differs(
                "可否续聘",
                &appointment.renewable(scene.pack),
                expected,
            ));
        }
        let dated = self.state.is_some() || self.certified.is_some() || !self.serves.is_empty();
        let Some(Day(on)) = self.on else {
            if dated {
                failures.push("请写明日期 on。".to_owned());
            }
            return failures;
        };
        if let Some(expected) = &self.state {
            let found = appointment.on(on).word().to_owned();
            failures.extend(differs("聘期", &found, expected));
        }
        if let Some(expected) = &self.certified {
            let found = appointment.certified(scene.pack, on);
            failures.extend(differs("证件是否有效", &found, expected));
        }
        for (task, expected) in &self.serves {
            let found = appointment.serves(task, on);
            failures.extend(differs(&format!("可否选派到 {task}"), &found, expected));
        }
        failures
    }
}
