import { MemoryBudget } from './MemoryBudget';

/** The budget that all hosts of this process share, whichever app they belong to. */
export const processMemoryBudget = new MemoryBudget();
