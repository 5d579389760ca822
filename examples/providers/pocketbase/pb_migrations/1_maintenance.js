// What the example needs at PocketBase: accounts with their rights, keys that they log on with, orders, and a trail.
// PocketBase runs it once, at its next start.

migrate((app) => {
  // A service account: where it works, and what it may do. Every rule below asks here.
  const accounts = new Collection({
    type: "base",
    name: "accounts",
    listRule: "id = @request.auth.account",
    viewRule: "id = @request.auth.account",
    fields: [
      { name: "name", type: "text", required: true },
      { name: "site", type: "text", required: true },
      { name: "rights", type: "select", maxSelect: 2, values: ["orders-read", "orders-write"] },
    ],
    indexes: ["CREATE UNIQUE INDEX accounts_name ON accounts (name)"],
  })
  app.save(accounts)

  // A key is a record of its own: deleting one ends its tokens and no other's, so two may live while one is replaced.
  // Nobody logs on with a password: a superuser makes the token (pb_hooks/keys.pb.js).
  app.save(new Collection({
    type: "auth",
    name: "keys",
    listRule: "id = @request.auth.id",
    viewRule: "id = @request.auth.id",
    passwordAuth: { enabled: false },
    fields: [
      { name: "name", type: "text", required: true },
      { name: "account", type: "relation", required: true, maxSelect: 1, collectionId: accounts.id, cascadeDelete: true },
      { name: "email", type: "email", system: true, required: false },
    ],
    indexes: ["CREATE UNIQUE INDEX keys_name ON keys (name)"],
  }))

  // `:each` looks into the list of rights; without it the rule compares the list as a whole, and never holds.
  const may = (right) => `@request.auth.account.site = site && @request.auth.account.rights:each ?= '${right}'`
  const orders = new Collection({
    type: "base",
    name: "orders",
    listRule: may("orders-read"),
    viewRule: may("orders-read"),
    updateRule: may("orders-write"),
    fields: [
      { name: "site", type: "text", required: true },
      { name: "title", type: "text" },
      { name: "cost", type: "number", hidden: true },
    ],
  })
  app.save(orders)

  // Which key read which order. PocketBase's own log names the collection of a key, not the key. Superusers alone see it.
  app.save(new Collection({
    type: "base",
    name: "trail",
    fields: [
      { name: "key", type: "text", required: true },
      { name: "order", type: "text", required: true },
      { name: "at", type: "autodate", onCreate: true },
    ],
  }))

  const add = (collection, values) => {
    const record = new Record(collection)
    Object.entries(values).forEach(([name, value]) => record.set(name, value))
    app.save(record)
  }
  add(accounts, { id: "importhawthorne", name: "import-hawthorne", site: "hawthorne", rights: ["orders-read"] })
  add(orders, { id: "wo1001hawthorne", site: "hawthorne", title: "Grease press 01", cost: 120 })
  add(orders, { id: "wo9001eastfield", site: "eastfield", title: "Change belt 7", cost: 480 })
})
