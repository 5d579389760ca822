//! The files of folders, within limits: no link is followed, nothing but plain files is opened, each is read once.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::discovery::{Form, LARGEST};
use crate::secret::Secret;

/// The most files and folders that are looked at.
const MOST: usize = 200_000;
/// How deep folders are followed.
const DEEPEST: usize = 32;
/// How many bytes tell whether a file is text.
const HEAD: usize = 8 * 1024;

/// Folders of what is built, fetched or kept by tools: passed over, and told.
const PASSED: &[&str] = &[
    ".git",
    ".hg",
    ".svn",
    ".terraform",
    ".venv",
    "__pycache__",
    "node_modules",
    "target",
    "vendor",
    "venv",
];

/// A file to look at.
pub struct File {
    pub path: PathBuf,
    /// Its names from the folder that was given on, and its own.
    pub parts: Vec<String>,
    pub form: Form,
    /// The permissions it was opened with.
    pub mode: u32,
    /// The nearest folder above that is a repository, else the folder that was given.
    pub repository: PathBuf,
}

impl File {
    /// Its path as it is told.
    pub fn shown(&self) -> String {
        let path = self.path.strip_prefix(".").unwrap_or(&self.path);
        path.to_string_lossy().into_owned()
    }
}

/// What there is to look at, and what was passed over.
#[derive(Default)]
pub struct Walked {
    pub files: Vec<File>,
    /// Folders by name, how often.
    pub folders: BTreeMap<&'static str, usize>,
    /// Files that are no configuration by their name.
    pub others: usize,
    pub links: usize,
    /// Files that are no text in UTF-8.
    pub binary: usize,
    pub large: Vec<PathBuf>,
    /// What could not be read, and why.
    pub unread: Vec<(PathBuf, String)>,
    /// There was more than is looked at.
    pub is_cut: bool,
    seen: usize,
}

/// Every configuration file of the paths, in order.
pub fn files(paths: &[PathBuf]) -> Walked {
    let mut walked = Walked::default();
    for path in paths {
        let is_folder = path.metadata().is_ok_and(|meta| meta.is_dir());
        // A link that is named is meant; those below are not followed.
        match is_folder {
            true => walked.folder(path, &mut Vec::new(), path),
            false => {
                let above = path.parent().filter(|path| !path.as_os_str().is_empty());
                let above = above.unwrap_or(Path::new(".")).to_owned();
                let name = name_of(path);
                let form = Form::of(&name, &name_of(&above)).unwrap_or(Form::Env);
                walked.files.push(File {
                    path: path.clone(),
                    parts: vec![name],
                    form,
                    mode: 0,
                    repository: above,
                });
            }
        }
    }
    walked
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

impl Walked {
    fn folder(&mut self, folder: &Path, names: &mut Vec<String>, repository: &Path) {
        let repository = match folder.join(".git").symlink_metadata() {
            Ok(_) => folder,
            Err(_) => repository,
        };
        let entries =
            fs::read_dir(folder).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => return self.unread.push((folder.to_owned(), reason(&error))),
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            self.seen += 1;
            if self.seen > MOST {
                self.is_cut = true;
                return;
            }
            let path = entry.path();
            let name = name_of(&path);
            match entry.file_type() {
                Err(error) => self.unread.push((path, reason(&error))),
                Ok(kind) if kind.is_symlink() => self.links += 1,
                Ok(kind) if kind.is_dir() => {
                    let passed = PASSED.iter().find(|passed| **passed == name);
                    match passed {
                        Some(passed) => *self.folders.entry(passed).or_default() += 1,
                        None if names.len() == DEEPEST => self.is_cut = true,
                        None => {
                            names.push(name);
                            self.folder(&path, names, repository);
                            names.pop();
                        }
                    }
                }
                Ok(kind) => {
                    let above = name_of(folder);
                    match Form::of(&name, &above).filter(|_| kind.is_file()) {
                        None => self.others += 1,
                        Some(form) => {
                            let parts = names.iter().cloned().chain([name]).collect();
                            let repository = repository.to_owned();
                            self.files.push(File {
                                path,
                                parts,
                                form,
                                mode: 0,
                                repository,
                            });
                        }
                    }
                }
            }
        }
    }

    /// The text of a file; none where it is told otherwise. What is opened is what is looked at.
    pub fn read(&mut self, number: usize) -> Option<Secret> {
        let path = self.files[number].path.clone();
        match open(&path) {
            Err(error) => {
                self.unread.push((path, reason(&error)));
                None
            }
            Ok((mode, None)) => {
                self.files[number].mode = mode;
                self.large.push(path);
                None
            }
            Ok((mode, Some(text))) => {
                self.files[number].mode = mode;
                let bytes = text.expose();
                let is_text = !bytes[..bytes.len().min(HEAD)].contains(&0)
                    && std::str::from_utf8(bytes).is_ok();
                self.binary += usize::from(!is_text);
                is_text.then_some(text)
            }
        }
    }
}

/// The permissions and the bytes of a plain file; no bytes where they are too many.
fn open(path: &Path) -> io::Result<(u32, Option<Secret>)> {
    use rustix::fs::OFlags;
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)?;
    let meta = file.metadata()?;
    let mode = meta.permissions().mode() & 0o7777;
    if !meta.is_file() {
        return Err(io::Error::other("it is not a plain file"));
    }
    if meta.len() > LARGEST {
        return Ok((mode, None));
    }
    // Large enough from the beginning: a buffer that grows leaves a copy behind.
    let mut bytes = Vec::with_capacity(LARGEST as usize + 2);
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    let is_large = bytes.len() as u64 > LARGEST;
    let text = Secret::new(bytes);
    Ok((mode, (!is_large).then_some(text)))
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "it may not be read".to_owned(),
        io::ErrorKind::NotFound => "it is gone".to_owned(),
        _ if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            "it is a symbolic link".to_owned()
        }
        _ => error.to_string(),
    }
}
