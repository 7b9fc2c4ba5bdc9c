-- Grain: one row per model id ever seen: what its name alone tells of size and family. A name never changes, so each is
-- taken apart once.
{{ config(materialized='incremental', incremental_strategy='append') }}
{% set marks = [
    '[aetx]?[0-9]+\.?[0-9]*[bmt]', '[0-9]+x[0-9.]+[bm]', '[0-9]{4,8}', '[0-9.]+(?:bit|bpw)',
    'base', 'instruct', 'it', 'chat', 'pt', 'hf', 'preview', 'think', 'thinking', 'sft', 'dpo', 'qat', 'merged', 'lora',
    'bf16', 'fp16', 'fp8', 'fp4', 'nvfp4', 'mxfp4', 'int4', 'int8', 'gguf', 'awq', 'gptq', 'mlx', 'onnx', 'exl2', 'bnb'
] %}

with named as (
    select
        models.model_id,
        {{ name_of('models.model_id') }} as model_name
    from {{ ref('int_models__seen') }} as models
    {% if is_incremental() %}
        anti join {{ this }} as known on models.model_id = known.model_id
    {% endif %}
),

-- `4bit` and `5.0bpw` are precisions, not sizes; six digits before the B are part of a hash or a date.
numbered as (
    select
        model_id,
        lower(model_name) as model_name,
        regexp_extract(
            {{ without_matches('model_name', '(?i)[0-9.]+(bit|bpw)') }}, '(?i)[-_]([0-9]{1,5}(?:\.[0-9]*)?)b', 1
        ) as billions
    from named
)

-- A family is what stands before the first size, date or variant: `Qwen3-30B-A3B-Instruct-2507` gives `qwen3`.
select
    model_id,
    model_name,
    nullif(regexp_extract(model_name, '^(.+?)[-_](?:{{ marks | join("|") }})(?:[-_.]|$)', 1), '') as family,
    cast(round(try_cast(nullif(billions, '') as double) * 1e9) as bigint) as total_parameters
from numbered
