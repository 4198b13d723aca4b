/** The products of a layer that an adapter can change, by their names in Transformers and PEFT. Apart from its keys: models need no schema. */
export const loraTargets = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const;
