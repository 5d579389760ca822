//! The tokens of a text, lexed once: to cut it into records, and to read each of them.

use std::ops::Range;

use toml_parser::lexer::{Lexer, TokenKind};
use toml_parser::{Raw, Source, Span};

/// Where a token begins, and what it is. It ends where the next one begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub start: u32,
}

/// The tokens of a text as far as they were asked for.
pub(super) struct Tokens<'t> {
    pub text: &'t str,
    lexer: Lexer<'t>,
    lexed: Vec<Token>,
    /// The bytes of each comment so far.
    pub comments: Vec<Range<usize>>,
}

impl<'t> Tokens<'t> {
    pub fn of(text: &'t str) -> Tokens<'t> {
        Tokens {
            text,
            lexer: Source::new(text).lex(),
            lexed: Vec::with_capacity(text.len() / 4),
            comments: Vec::new(),
        }
    }

    /// The next token and its bytes.
    pub fn next(&mut self) -> Option<(TokenKind, Range<usize>)> {
        let token = self.lexer.next()?;
        let (kind, span) = (token.kind(), token.span());
        let start = span.start() as u32;
        self.lexed.push(Token { kind, start });
        let bytes = span.start()..span.end();
        if kind == TokenKind::Comment {
            self.comments.push(bytes.clone());
        }
        Some((kind, bytes))
    }

    /// Lexes all that is left.
    pub fn finish(mut self) -> Tokens<'t> {
        while self.next().is_some() {}
        self
    }

    /// The tokens of a stretch that begins and ends between two of them.
    pub fn within(&self, start: u32, end: u32) -> &[Token] {
        let at = |byte: u32| self.lexed.partition_point(|token| token.start < byte);
        self.lexed.get(at(start)..at(end)).unwrap_or_default()
    }
}

/// A token as its decoder takes it.
pub(super) fn raw(text: &str, kind: TokenKind, bytes: Range<usize>) -> Option<Raw<'_>> {
    let span = Span::new_unchecked(bytes.start, bytes.end);
    Some(Raw::new_unchecked(text.get(bytes)?, kind.encoding(), span))
}
