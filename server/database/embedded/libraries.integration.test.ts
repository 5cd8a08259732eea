import { MongoBackend, MongoChangeStreamNotificationChannel } from "@agendajs/mongo-backend";
import { Agenda } from "agenda";
import { betterAuth } from "better-auth";
import { mongodbAdapter } from "better-auth/adapters/mongodb";
import mongoose, { Schema, type Connection } from "mongoose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "#server/database/embedded/test-connection.ts";

let database: TestDatabase;
let connection: Connection;

beforeAll(async () => {
  database = await openTestDatabase();
  connection = await mongoose.createConnection(database.uri).asPromise();
});
afterAll(async () => {
  await connection.close();
  await database.close();
});

describe("mongoose", () => {
  test("models, unique and partial indexes, populate, sub-documents and optimistic concurrency", async () => {
    const Person = connection.model(
      "Person",
      new Schema({ name: { type: String, unique: true } }, { timestamps: true }),
    );
    const Call = connection.model(
      "Call",
      new Schema(
        { person: { type: Schema.Types.ObjectId, ref: "Person" }, live: String, notes: [{ text: String }] },
        { optimisticConcurrency: true },
      ),
    );
    Call.schema.index({ live: 1 }, { unique: true, partialFilterExpression: { live: { $type: "string" } } });
    await Promise.all([Person.syncIndexes(), Call.syncIndexes()]);
    const ann = await Person.create({ name: "Ann" });
    await expect(Person.create({ name: "Ann" })).rejects.toMatchObject({ code: 11000 });
    const call = await Call.create({ person: ann._id, live: "k", notes: [{ text: "one" }] });
    await expect(Call.create({ live: "k" })).rejects.toMatchObject({ code: 11000 });
    await Call.create([{}, {}]);
    const [found] = await Call.find({ live: "k" }).populate<{ person: { name: string } }>("person").exec();
    expect(found?.person.name).toBe("Ann");
    const stale = await Call.findById(call._id).exec();
    call.notes.push({ text: "two" });
    await call.save();
    stale?.notes.push({ text: "three" });
    await expect(stale?.save()).rejects.toThrow(/No matching document/);
    await Call.updateOne({ _id: call._id, "notes.text": "two" }, { $set: { "notes.$.text": "2" } });
    expect((await Call.findById(call._id).lean().exec())?.notes.map((note) => note.text)).toEqual([
      "one",
      "2",
    ]);
    expect(await Call.diffIndexes()).toEqual({ toDrop: [], toCreate: [] });
  });
});

describe("agenda", () => {
  test("[DB14] jobs run now, later and again, told by the change stream", async () => {
    const db = connection.db;
    if (!db) throw new Error("No connection.");
    const agenda = new Agenda({
      backend: new MongoBackend({ mongo: db, collection: "jobs" }),
      notificationChannel: new MongoChangeStreamNotificationChannel({ db, collection: "jobs" }),
      processEvery: 300,
      removeOnComplete: true,
    });
    const ran: string[] = [];
    const done = Promise.withResolvers<void>();
    agenda.on("error", done.reject);
    agenda.define<{ name: string }>("note", async (job) => {
      ran.push(job.attrs.data.name);
      if (ran.length === 3) done.resolve();
    });
    await agenda.start();
    await agenda.now("note", { name: "now" });
    await agenda.schedule(new Date(Date.now() + 50), "note", { name: "soon" });
    await agenda
      .create("note", { name: "unique" })
      .unique({ "data.name": "unique" })
      .schedule(new Date(0))
      .save();
    const cancelled = await agenda.schedule(new Date(Date.now() + 60_000), "note", { name: "never" });
    await done.promise;
    expect(ran.toSorted()).toEqual(["now", "soon", "unique"]);
    await cancelled.remove();
    await agenda.stop();
    const lock = db
      .collection("jobs")
      .find({ name: "note", disabled: { $ne: true }, nextRunAt: { $lte: new Date() } })
      .sort({ nextRunAt: 1, priority: -1 });
    expect(JSON.stringify(await lock.explain("queryPlanner"))).toContain("findAndLockNextJobIndex");
  });
});

describe("better-auth", () => {
  test("sign-up, sign-in, sessions and the same address twice", async () => {
    const db = connection.db;
    if (!db) throw new Error("No connection.");
    const auth = betterAuth({
      database: mongodbAdapter(db),
      emailAndPassword: { enabled: true },
      secret: "q7Zp0mV4xS9tLr2cYb8nHd5fJw3kGu6e",
      baseURL: "http://localhost:3000",
      logger: { disabled: true },
    });
    const body = { name: "Ann", email: "ann@example.test", password: "correct horse" };
    expect((await auth.api.signUpEmail({ body })).user.email).toBe(body.email);
    const { token } = await auth.api.signInEmail({ body });
    expect(token).toBeTypeOf("string");
    await expect(auth.api.signUpEmail({ body })).rejects.toThrow(/exists/i);
    await expect(auth.api.signInEmail({ body: { ...body, password: "wrong password" } })).rejects.toThrow(
      /invalid/i,
    );
    expect(await db.collection("user").countDocuments()).toBe(1);
  });
});
