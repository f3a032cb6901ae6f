//! What the kernel was built with, asked of the kernel.

use serde_json::{Value, json};

use super::{Finding, State};
use crate::facts::features::{FEATURES, Feature};
use crate::kernel::{Probe, Probed};

const ABOUT: &str = "kernel";

/// Every feature with the kernel's answer. This process is in another namespace afterwards.
pub(super) fn look() -> Vec<(&'static Feature, Probed)> {
    match Probe::enter() {
        Ok(mut probe) => FEATURES.iter().map(|feature| (feature, probe.ask(feature))).collect(),
        Err(error) => {
            let why = error.cause.unwrap_or(error.what);
            FEATURES.iter().map(|feature| (feature, Probed::Unknown(why.clone()))).collect()
        }
    }
}

fn state(feature: &Feature, answer: &Probed) -> State {
    match answer {
        Probed::There => State::Fine,
        Probed::Missing if feature.is_usual() => State::Wrong,
        Probed::Missing => State::Lacking,
        Probed::Unknown(_) => State::Unknown,
    }
}

/// All that is there in one line, and each of the others in one.
pub(super) fn findings(features: &[(&Feature, Probed)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let names = |of: &dyn Fn(&Probed) -> bool| -> Vec<&str> {
        features.iter().filter(|(_, answer)| of(answer)).map(|(feature, _)| feature.name).collect()
    };
    let there = names(&|answer| *answer == Probed::There);
    if !there.is_empty() {
        let text = format!("Linux {}: {}", super::host::release(), there.join(", "));
        findings.push(Finding::new(ABOUT, State::Fine, text));
    }
    for (feature, answer) in features {
        if *answer != Probed::Missing {
            continue;
        }
        let lost = if feature.is_essential() { "nsrun itself" } else { feature.lost };
        let mut text = format!("{}: no {lost} ({}", feature.name, feature.options.join(", "));
        if !feature.modules.is_empty() {
            text.push_str(&format!("; modprobe {}", feature.modules.join(" ")));
        }
        text.push(')');
        findings.push(Finding::new(ABOUT, state(feature, answer), text));
    }
    let mut whys: Vec<&str> = Vec::new();
    for (_, answer) in features {
        if let Probed::Unknown(why) = answer
            && !whys.contains(&why.as_str())
        {
            whys.push(why);
        }
    }
    for why in whys {
        let text = names(&|answer| *answer == Probed::Unknown(why.into())).join(", ");
        findings.push(Finding::new(ABOUT, State::Unknown, format!("{text}: {why}")));
    }
    findings
}

pub(super) fn json((feature, answer): &(&'static Feature, Probed)) -> Value {
    let there = match answer {
        Probed::There => Some(true),
        Probed::Missing => Some(false),
        Probed::Unknown(_) => None,
    };
    json!({
        "name": feature.name,
        "there": there,
        "state": state(feature, answer).word(),
        "options": feature.options,
        "modules": feature.modules,
        "lost": feature.lost,
    })
}
