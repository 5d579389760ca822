//! Writes a policy of N assignments, and questions to it, to measure access on: `access N FOLDER [QUESTIONS]`.
//!
//! People in teams in departments in divisions; a boundary tree of tenant, sites, areas and machines; roles of UniCMMS
//! permissions. `inventory/` holds the records in files under the size cap, `questions.csv` the questions: about half are
//! answered by yes. Plain output, no randomness: the same N gives the same bytes.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const PERMISSIONS: &[&str] = &[
    "asset/view-asset-attachments",
    "asset/view-asset-insights",
    "asset/view-asset-status",
    "asset/view-assets",
    "facility/view-facilities",
    "hierarchy/view-site-asset-hierarchy",
    "work-order/view-work-order-attachments",
    "work-order/view-work-orders",
];
const ROLES: usize = 24;
const AREAS: usize = 5;
const MACHINES: usize = 10;
/// Bytes of one file: the cap is 4 MiB.
const FILE: usize = 3_500_000;

fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1);
    let (Some(count), Some(folder)) = (args.next().and_then(|n| n.parse().ok()), args.next())
    else {
        return Err(std::io::Error::other("usage: access N FOLDER [QUESTIONS]"));
    };
    let questions = args.next().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let policy = Policy::of(count);
    let folder = Path::new(&folder);
    policy.write(&folder.join("inventory"))?;
    fs::write(folder.join("questions.csv"), policy.questions(questions))
}

struct Policy {
    assignments: usize,
    people: usize,
    sites: usize,
}

/// Mixes a number, so that neighbours lie far apart; always the same way.
fn mix(number: usize) -> usize {
    let number = (number as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (number ^ (number >> 31)) as usize
}

impl Policy {
    fn of(assignments: usize) -> Policy {
        Policy {
            assignments,
            people: (assignments / 10).max(10),
            sites: (assignments / 1_000).clamp(10, 500),
        }
    }

    fn teams(&self) -> usize {
        self.people.div_ceil(10)
    }

    fn departments(&self) -> usize {
        self.teams().div_ceil(10)
    }

    fn divisions(&self) -> usize {
        self.departments().div_ceil(10)
    }

    fn machines(&self) -> usize {
        self.sites * AREAS * MACHINES
    }

    fn site(&self, machine: usize) -> String {
        format!("acme/site-{:03}", machine / (AREAS * MACHINES))
    }

    fn area(&self, machine: usize) -> String {
        format!("{}/area-{}", self.site(machine), machine / MACHINES % AREAS)
    }

    fn machine(&self, machine: usize) -> String {
        format!("{}/machine-{}", self.area(machine), machine % MACHINES)
    }

    /// An assignment by number: principal, role, boundary, and the place among all machines that it is of. Each round
    /// over the holders moves on to another role and machine, so that no two are alike.
    fn assignment(&self, number: usize) -> (String, usize, String, usize) {
        let holders = self.people + self.teams() + self.departments() + self.divisions();
        let (holder, round) = (number % holders, number / holders);
        let machine = (mix(holder) + round * (AREAS * MACHINES + 1)) % self.machines();
        let role = ((mix(holder) >> 8) + round * 5) % ROLES;
        let mut holder = holder;
        if holder < self.people {
            let at = match holder % 4 {
                0..3 => self.machine(machine),
                _ => self.area(machine),
            };
            return (format!("person/{}", person(holder)), role, at, machine);
        }
        holder -= self.people;
        if holder < self.teams() {
            let at = self.machine(machine);
            return (format!("team/{}", team(holder)), role, at, machine);
        }
        holder -= self.teams();
        let (name, at) = match holder.checked_sub(self.departments()) {
            None => (department(holder), self.area(machine)),
            // One of its assignments holds for a whole site.
            Some(holder) if round == 0 => (division(holder), self.site(machine)),
            Some(holder) => (division(holder), self.area(machine)),
        };
        (format!("team/{name}"), role, at, machine)
    }

    /// Somebody who holds what a principal does: itself, or a person far below the team.
    fn person_of(&self, principal: &str, seed: usize) -> String {
        let (stem, number) = principal.split_at(
            principal
                .trim_end_matches(|c: char| c.is_ascii_digit())
                .len(),
        );
        let number: usize = number.parse().unwrap_or_default();
        let below = |count: usize| (number * count + seed % count).min(self.people - 1);
        match stem {
            "team/t" => format!("person/p{:06}", below(10)),
            "team/department-" => format!("person/p{:06}", below(100)),
            "team/division-" => format!("person/p{:06}", below(1_000)),
            _ => principal.to_owned(),
        }
    }

    fn questions(&self, count: usize) -> String {
        let mut text = String::from("principal,permission,at\n");
        for number in 0..count {
            let seed = mix(number + 1);
            let (principal, role, _, machine) = self.assignment(seed % self.assignments);
            let person = self.person_of(&principal, seed >> 8);
            let (key, machine) = match number % 2 {
                0 => (permissions(role).nth(seed % 4), machine),
                _ => (
                    PERMISSIONS.get(seed % PERMISSIONS.len()).copied(),
                    (machine + seed) % self.machines(),
                ),
            };
            let _ = writeln!(
                text,
                "{person},{},{}",
                key.unwrap_or(PERMISSIONS[0]),
                self.machine(machine)
            );
        }
        text
    }

    fn write(&self, folder: &Path) -> std::io::Result<()> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("0-common.toml"), common())?;
        write_all(folder, "boundary", self.tree())?;
        let people = (0..self.people).map(person);
        let people =
            people.map(|id| format!("[person.{id}]\nname = \"{id}\"\ntenant = \"acme\"\n"));
        write_all(folder, "person", people)?;
        let teams = group(self.people, "members", team, person);
        let departments = group(self.teams(), "teams", department, team);
        let divisions = group(self.departments(), "teams", division, department);
        write_all(folder, "team", teams.chain(departments).chain(divisions))?;
        let assignment = |n| {
            let (principal, role, at, _) = self.assignment(n);
            format!(
                "[[assignment]]\nprincipal = \"{principal}\"\nrole = \"role-{role:02}\"\nat = [\"{at}\"]\n"
            )
        };
        write_all(folder, "assignment", (0..self.assignments).map(assignment))
    }

    fn tree(&self) -> impl Iterator<Item = String> {
        (0..self.machines()).map(|machine| {
            let node = |path: String, kind: &str| {
                format!("[boundary.\"{path}\"]\nkind = \"{kind}\"\nname = \"N {machine}\"\n")
            };
            let mut text = String::new();
            if machine % (AREAS * MACHINES) == 0 {
                text += &node(self.site(machine), "site");
            }
            if machine % MACHINES == 0 {
                text += &node(self.area(machine), "area");
            }
            text + &node(self.machine(machine), "machine")
        })
    }
}

fn person(number: usize) -> String {
    format!("p{number:06}")
}

fn team(number: usize) -> String {
    format!("t{number:06}")
}

fn department(number: usize) -> String {
    format!("department-{number:04}")
}

fn division(number: usize) -> String {
    format!("division-{number:03}")
}

/// Teams of ten each out of so many people or teams.
fn group(
    parts: usize,
    key: &'static str,
    whole: fn(usize) -> String,
    part: fn(usize) -> String,
) -> impl Iterator<Item = String> {
    (0..parts.div_ceil(10)).map(move |number| {
        let inside = number * 10..parts.min(number * 10 + 10);
        let inside: Vec<String> = inside.map(|n| format!("\"{}\"", part(n))).collect();
        let id = whole(number);
        format!(
            "[team.{id}]\nname = \"{id}\"\n{key} = [{}]\n",
            inside.join(", ")
        )
    })
}

fn permissions(role: usize) -> impl Iterator<Item = &'static str> {
    (0..4).map(move |place| PERMISSIONS[(role + place * (1 + role / 8)) % PERMISSIONS.len()])
}

fn common() -> String {
    let mut text = String::from(
        "[organisation]\nname = \"Generated\"\nsecret-stores = [\"age\"]\n\n[boundary.acme]\nkind = \"tenant\"\nname = \"Acme\"\n",
    );
    for role in 0..ROLES {
        let mut keys: Vec<String> = permissions(role).map(|key| format!("\"{key}\"")).collect();
        keys.sort();
        keys.dedup();
        let _ = write!(
            text,
            "[role.role-{role:02}]\ncatalog = \"unicmms\"\npermissions = [{}]\n",
            keys.join(", ")
        );
    }
    text
}

/// Writes pieces into as many files as they need.
fn write_all(
    folder: &Path,
    name: &str,
    pieces: impl Iterator<Item = String>,
) -> std::io::Result<()> {
    let file = |number: usize| -> PathBuf { folder.join(format!("{name}-{number:04}.toml")) };
    let (mut text, mut number) = (String::new(), 0);
    for piece in pieces {
        if text.len() + piece.len() > FILE {
            fs::write(file(number), &text)?;
            text.clear();
            number += 1;
        }
        text += &piece;
    }
    fs::write(file(number), &text)
}
