//! `cargo xtask mutants`: breaks the deciding code on purpose, one line at a time; a test must
//! turn red each time.
//!
//! The patches are in `mutants/list.txt`. They are applied to a copy of the tree, so the working
//! tree is never touched.

mod copy;
mod list;
mod trial;

use std::path::Path;

use crate::{Result, files};
use trial::Verdict;

/// How many patches the list has at least.
const MINIMUM: usize = 20;

/// Tries all patches whose file contains `filter`, and prints a table.
pub(crate) fn run(root: &Path, filter: &str) -> Result<()> {
    let mut mutants = list::all()?;
    mutants.retain(|mutant| mutant.file.contains(filter));
    if mutants.is_empty() {
        return Err("mutants/list.txt has no such patch".into());
    }
    let tree = copy::tree(root)?;
    println!("the tests have to pass before anything is broken:");
    trial::baseline(&tree, &mutants)?;

    let mut caught = 0_usize;
    for (index, mutant) in mutants.iter().enumerate() {
        let verdict = trial::run(&tree, mutant)?;
        caught = caught.saturating_add(usize::from(matches!(verdict, Verdict::Caught { .. })));
        let number = index.saturating_add(1);
        println!(
            "{number:>3}  {:<8}  {}: {}",
            verdict.word(),
            mutant.file,
            mutant.what
        );
        println!("               {}", verdict.detail());
    }
    println!("\n{caught} of {} caught", mutants.len());
    if caught == mutants.len() {
        Ok(())
    } else {
        Err("not every broken line was noticed".into())
    }
}

/// Checks that the list is long enough, and that each patch still applies to exactly one line.
pub(crate) fn check(root: &Path) -> Result<Vec<String>> {
    let mutants = list::all()?;
    let mut problems = Vec::new();
    if mutants.len() < MINIMUM {
        problems.push(format!(
            "mutants: {} patches, fewer than {MINIMUM}",
            mutants.len()
        ));
    }
    for mutant in &mutants {
        let path = root.join(&mutant.file);
        let applied = if path.is_file() {
            mutant.apply(&files::read(&path)?).map(drop)
        } else {
            Err("there is no such file".to_owned())
        };
        if let Err(why) = applied {
            problems.push(format!("mutants: {}: {why} ({})", mutant.file, mutant.what));
        }
    }
    Ok(problems)
}
