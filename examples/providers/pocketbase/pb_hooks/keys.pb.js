// A key has to have a password, though nobody may log on with it: one that nobody knows.
onRecordCreateRequest((e) => {
  e.record.setRandomPassword()
  e.next()
}, "keys")

// The trail: which key read which order.
onRecordViewRequest((e) => {
  e.next()
  if (e.auth?.collection().name !== "keys") return
  const seen = new Record($app.findCollectionByNameOrId("trail"))
  seen.set("key", e.auth.id)
  seen.set("order", e.record.id)
  $app.save(seen)
}, "orders")
