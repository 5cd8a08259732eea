import type { mongo } from "mongoose";

type Waiting = {
  document: mongo.Document;
  done(inserted: mongo.InsertOneResult): void;
  failed(error: unknown): void;
};

/**
 * The same collection, whose `insertOne` keeps the order in which it is called. The driver has several connections, so inserts that are sent
 * one after the other may overtake each other. Here the next ones wait for the one that is under way, and then go together.
 */
export function insertingInOrder(collection: mongo.Collection): {
  collection: mongo.Collection;
  /** How many wait to be sent. */
  waiting(): number;
} {
  const waiting: Waiting[] = [];
  let isWriting = false;
  const write = async () => {
    isWriting = true;
    while (waiting.length > 0) {
      const batch = waiting.splice(0);
      try {
        const { insertedIds } = await collection.insertMany(batch.map(({ document }) => document));
        for (const [index, { done }] of batch.entries())
          done({ acknowledged: true, insertedId: insertedIds[index] as mongo.ObjectId });
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    isWriting = false;
  };
  collection.insertOne = (document: mongo.Document) =>
    new Promise<mongo.InsertOneResult>((done, failed) => {
      waiting.push({ document, done, failed });
      if (!isWriting) void write();
    });
  return { collection, waiting: () => waiting.length };
}
