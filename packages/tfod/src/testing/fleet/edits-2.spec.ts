import { describeEdits } from './edits-spec';

describeEdits(2);
