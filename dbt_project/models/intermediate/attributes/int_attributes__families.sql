-- Grain: one row per canonical model id whose name shows a family: what stands before the first size, date or variant.
-- `Qwen3-30B-A3B-Instruct-2507` gives `qwen3`. A name without such a part is a family of its own for tracked models;
-- elsewhere it may be anything, and is null.
{% set marks = [
    '[aetx]?[0-9]+\.?[0-9]*[bmt]', '[0-9]+x[0-9.]+[bm]', '[0-9]{4,8}', '[0-9.]+(?:bit|bpw)',
    'base', 'instruct', 'it', 'chat', 'pt', 'hf', 'preview', 'think', 'thinking', 'sft', 'dpo', 'qat', 'merged', 'lora',
    'bf16', 'fp16', 'fp8', 'fp4', 'nvfp4', 'mxfp4', 'int4', 'int8', 'gguf', 'awq', 'gptq', 'mlx', 'onnx', 'exl2', 'bnb'
] %}

with names as (
    select
        model_id,
        lower({{ name_of('model_id') }}) as model_name
    from {{ ref('int_models__canonical') }}
    where is_canonical
),

tracked as (
    select distinct canonical_model_id as model_id from {{ ref('int_registry__newest_lists') }}
),

cut as (
    select
        names.model_id,
        nullif(regexp_extract(names.model_name, '^(.+?)[-_](?:{{ marks | join("|") }})(?:[-_.]|$)', 1), '') as stem,
        case when tracked.model_id is not null then names.model_name end as whole_name
    from names
    left join tracked on names.model_id = tracked.model_id
)

select
    model_id,
    coalesce(stem, whole_name) as family
from cut
where stem is not null or whole_name is not null
