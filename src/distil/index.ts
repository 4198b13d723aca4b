/** On-policy self-distillation: the arms with the method opsd. */
export { opsdRecipe, refuseSampledOnly, trainOpsd, type OpsdTask } from './opsd.js';
export { ownSolution, privilegedProblems, teacherScores, type Privileged, type TeacherPlan } from './teacher.js';
