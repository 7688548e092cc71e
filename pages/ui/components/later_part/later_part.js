import { leavePart } from "../comparison/part.js";

export default function ({ data }) {
  leavePart(data);
}
