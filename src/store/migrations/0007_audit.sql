-- What commits to the whole trail.

-- The Merkle tree over the events by the roots of its whole halves, the largest first: a commit goes on with it without
-- reading the trail. Derived from `event`, and held against it by a verification.
CREATE TABLE tree (
  one INTEGER PRIMARY KEY NOT NULL CHECK (one = 1),
  size INTEGER NOT NULL CHECK (size > 0),
  head BLOB NOT NULL CHECK (length(head) = 32),
  nodes BLOB NOT NULL CHECK (length(nodes) % 32 = 0)
) STRICT;

-- The newest signed checkpoint of each key: what it signs commits to all that stood before.
CREATE TABLE checkpoint (
  signer TEXT PRIMARY KEY NOT NULL,
  size INTEGER NOT NULL CHECK (size > 0),
  note TEXT NOT NULL
) STRICT;
