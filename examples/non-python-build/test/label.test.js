import assert from "node:assert/strict";
import { test } from "node:test";

import { label } from "../src/label.js";

test("a label has a line for each part, without blanks around it", () => {
  assert.equal(label({ name: "Ada ", street: "1 High Street", town: " Bath" }), "Ada\n1 High Street\nBath");
});
